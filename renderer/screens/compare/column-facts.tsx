import { precisionWords } from '../../../models/precision/precision.ts';
import type { DoneColumn } from '../../compare/column-subject.ts';
import { gridSize, magnitude } from '../../ui/format.ts';

/** What the network is and what one picture asks of it. */
export function ColumnFacts({ done }: { readonly done: DoneColumn | null }) {
  if (!done) return <dl className="column-facts" />;
  const { report, analysis } = done;
  const { precision } = analysis;
  const { inputHeight: rows, inputWidth: cols } = analysis.window;
  return (
    <dl className="column-facts">
      <div>
        <dt>Input</dt>
        <dd>{gridSize({ rows, cols })}</dd>
      </div>
      <div>
        <dt>Parameters</dt>
        <dd>{magnitude(report.parameters)}</dd>
      </div>
      <div>
        <dt>Multiply-adds</dt>
        <dd>{magnitude(analysis.multiplyAdds)}</dd>
      </div>
      <div>
        <dt>Runs in</dt>
        <dd>{precisionWords(precision.ran)}</dd>
      </div>
      {precision.reason && <dd className="quiet">{precision.reason}</dd>}
    </dl>
  );
}
