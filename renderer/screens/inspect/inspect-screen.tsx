import { EmptyState } from './empty-state.tsx';
import { Panel } from './panel.tsx';
import { Picture } from './picture.tsx';
import { Readout } from './readout.tsx';
import { StageStrip } from './stage-strip.tsx';
import { Tray } from './tray.tsx';
import type { Inspection } from './use-inspection.ts';
import './inspect.css';

/** Tray, picture with its maps, answer. */
export function InspectScreen({ inspection }: { readonly inspection: Inspection }) {
  return (
    <div className="inspect">
      <Tray />
      <main className="stagearea">
        {inspection.image ? <Picture inspection={inspection} image={inspection.image} /> : <EmptyState />}
        <Readout inspection={inspection} />
        <StageStrip inspection={inspection} />
      </main>
      <Panel inspection={inspection} />
    </div>
  );
}
