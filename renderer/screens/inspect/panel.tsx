import { Explanation } from './explanation.tsx';
import { Latency } from './latency.tsx';
import { Predictions } from './predictions.tsx';
import type { Inspection } from './use-inspection.ts';
import { ViewControls } from './view-controls.tsx';
import './panel.css';

/** The answer, how long it took, and how its maps are drawn. */
export function Panel({ inspection }: { readonly inspection: Inspection }) {
  return (
    <aside className="panel scrolls" aria-label="Answer and view">
      <Predictions inspection={inspection} />
      <Latency analysis={inspection.analysis} />
      <ViewControls inspection={inspection} />
      <Explanation inspection={inspection} />
    </aside>
  );
}
