import { useOverview } from '../../stores/overview.ts';
import { useView } from '../../stores/view.ts';
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
  if (overview)
    return (
      <div className="inspect">
        <Tray />
        <Overview key={overview} />
      </div>
    );
  return (
    <div className="inspect">
      <Tray />
      <main className="stagearea" data-atlas={atlas || undefined}>
        {atlas ? <Atlas inspection={inspection} /> : <Large inspection={inspection} />}
        <StageStrip inspection={inspection} />
      </main>
      <Panel inspection={inspection} />
    </div>
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
