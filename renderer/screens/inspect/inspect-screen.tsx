import { memo } from 'react';
import { useOverview } from '../../stores/overview.ts';
import { useView } from '../../stores/view.ts';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { Atlas } from './atlas/atlas.tsx';
import { EmptyState } from './empty-state.tsx';
import { Overview } from './many/overview.tsx';
import { Panel } from './panel.tsx';
import { Picture } from './picture.tsx';
import { Readout } from './readout.tsx';
import { StageStrip } from './stage-strip.tsx';
import { Tray } from './tray.tsx';
import { type Inspection, type Scene, useInspection } from './use-inspection.ts';
import './inspect.css';

/** Tray, picture with its maps, answer. */
export function InspectScreen() {
  const { inspection, scene } = useInspection();
  const overview = useOverview(({ open, source }) => open && source);
  const atlas = useView((state) => state.atlas) && inspection.analysis !== null;
  // Another picture, or another answer to it, deserves another try.
  const shown = inspection.analysis ?? inspection.image?.id;
  if (overview)
    return (
      <div className="inspect">
        <GuardedTray />
        <ErrorBoundary name="the overview" resetOn={overview}>
          <Overview key={overview} />
        </ErrorBoundary>
      </div>
    );
  return (
    <div className="inspect">
      <GuardedTray />
      <main className="stagearea" data-atlas={atlas || undefined}>
        <ErrorBoundary key={atlas ? 'atlas' : 'large'} name={atlas ? 'the atlas' : 'the large map'} resetOn={shown}>
          {atlas ? <Atlas inspection={inspection} /> : <Large inspection={inspection} scene={scene} />}
        </ErrorBoundary>
        <ErrorBoundary name="the stage strip" resetOn={shown}>
          <StageStrip scene={scene} hasImage={inspection.image !== null} />
        </ErrorBoundary>
      </main>
      <ErrorBoundary name="the panel" area="panel" resetOn={shown}>
        <Panel inspection={inspection} scene={scene} />
      </ErrorBoundary>
    </div>
  );
}

/** The pictures stay at hand whatever else fails. */
export const GuardedTray = memo(function GuardedTray() {
  return (
    <ErrorBoundary name="the tray" area="tray">
      <Tray />
    </ErrorBoundary>
  );
});

function Large({ inspection, scene }: { readonly inspection: Inspection; readonly scene: Scene }) {
  return (
    <>
      {inspection.image ? <Picture inspection={inspection} image={inspection.image} /> : <EmptyState />}
      <Readout scene={scene} hasImage={inspection.image !== null} />
    </>
  );
}
