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
import type { Inspection } from './use-inspection.ts';
import './inspect.css';

/** Tray, picture with its maps, answer. */
export function InspectScreen({ inspection }: { readonly inspection: Inspection }) {
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
          {atlas ? <Atlas inspection={inspection} /> : <Large inspection={inspection} />}
        </ErrorBoundary>
        <ErrorBoundary name="the stage strip" resetOn={shown}>
          <StageStrip inspection={inspection} />
        </ErrorBoundary>
      </main>
      <ErrorBoundary name="the panel" area="panel" resetOn={shown}>
        <Panel inspection={inspection} />
      </ErrorBoundary>
    </div>
  );
}

/** The pictures stay at hand whatever else fails. */
export function GuardedTray() {
  return (
    <ErrorBoundary name="the tray" area="tray">
      <Tray />
    </ErrorBoundary>
  );
}

function Large({ inspection }: { readonly inspection: Inspection }) {
  return (
    <>
      {inspection.image ? <Picture inspection={inspection} image={inspection.image} /> : <EmptyState />}
      <Readout inspection={inspection} />
    </>
  );
}
