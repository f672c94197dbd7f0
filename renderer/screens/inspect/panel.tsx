import { useView } from '../../stores/view.ts';
import { ClassTerms } from './class-terms.tsx';
import { TestMap } from './faithfulness/test-map.tsx';
import { InputControl } from './input-size/input-control.tsx';
import { Latency } from './latency.tsx';
import { LookControls } from './look-controls.tsx';
import { Predictions } from './predictions.tsx';
import { ProjectionRoom } from './projection/projection-room.tsx';
import type { Inspection, Scene } from './use-inspection.ts';
import { ViewControls } from './view-controls.tsx';
import './panel.css';

/** The answer, its maps with the numbers that belong beside them, how they are drawn, and what it cost. */
export function Panel({ inspection, scene }: { readonly inspection: Inspection; readonly scene: Scene }) {
  const view = useView((state) => state.view);
  return (
    <aside className="panel scrolls" aria-label="Answer and view">
      <Predictions inspection={inspection} />
      <ViewControls scene={scene} />
      {view === 'attribution' && <ClassTerms scene={scene} />}
      {view === 'projection' && <ProjectionRoom scene={scene} />}
      <section aria-label="Look">
        <div className="controls">
          <LookControls />
        </div>
      </section>
      <TestMap inspection={inspection} />
      <InputControl inspection={inspection} />
      <Latency analysis={inspection.analysis} />
    </aside>
  );
}
