import { useView } from '../../stores/view.ts';
import { ClassTerms } from './class-terms.tsx';
import { TestMap } from './faithfulness/test-map.tsx';
import { InputControl } from './input-size/input-control.tsx';
import { Latency } from './latency.tsx';
import { Predictions } from './predictions.tsx';
import { ProjectionRoom } from './projection/projection-room.tsx';
import type { Inspection } from './use-inspection.ts';
import { ViewControls } from './view-controls.tsx';
import './panel.css';

/** The answer, how long it took, how its maps are drawn, and what there is to know beside them. */
export function Panel({ inspection }: { readonly inspection: Inspection }) {
  const view = useView((state) => state.view);
  return (
    <aside className="panel scrolls" aria-label="Answer and view">
      <Predictions inspection={inspection} />
      <ViewControls inspection={inspection} />
      {view === 'attribution' && <ClassTerms inspection={inspection} />}
      {view === 'projection' && <ProjectionRoom inspection={inspection} />}
      <TestMap inspection={inspection} />
      <InputControl inspection={inspection} />
      <Latency analysis={inspection.analysis} />
    </aside>
  );
}
