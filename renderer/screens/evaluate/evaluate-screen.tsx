import { type EvaluationRecord, isFinished } from '../../evaluate/evaluation-record.ts';
import { useEvaluate } from '../../stores/evaluate.ts';
import { Banner } from '../../ui/banner.tsx';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { percent } from '../../ui/format.ts';
import { DraftPanel } from './draft-panel.tsx';
import { EvaluationList } from './evaluation-list.tsx';
import { ResultPanel } from './result-panel.tsx';
import { RunPanel } from './run-panel.tsx';
import './evaluate.css';

function scoresText({ models }: EvaluationRecord): string {
  return models.map(({ title, report }) => `${title} top-1 ${percent(report?.top1?.value ?? 0)}`).join(', ');
}

/** Accuracy on a labelled folder: put together, measured, and read. */
export function EvaluateScreen() {
  const trouble = useEvaluate((state) => state.trouble);
  const record = useEvaluate(({ records, shown }) => records?.find(({ id }) => id === shown) ?? null);
  return (
    <div className="page">
      <p className="visually-hidden" role="status">
        {record && isFinished(record) && `Measured ${record.folder.name}: ${scoresText(record)}.`}
      </p>
      <main className="page-main scrolls" aria-label="Evaluate">
        <div className="page-body">
          {trouble && <Banner tone="danger">{trouble.message}</Banner>}
          <ErrorBoundary key={record?.id ?? 'draft'} name="the evaluation">
            {record === null ? (
              <DraftPanel />
            ) : isFinished(record) ? (
              <ResultPanel key={record.id} record={record} />
            ) : (
              <RunPanel key={record.id} record={record} />
            )}
          </ErrorBoundary>
        </div>
      </main>
      <aside className="page-side scrolls" aria-label="Evaluations">
        <ErrorBoundary name="the list of evaluations">
          <EvaluationList />
        </ErrorBoundary>
      </aside>
    </div>
  );
}
