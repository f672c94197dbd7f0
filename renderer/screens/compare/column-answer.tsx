import { useMemo } from 'react';
import type { Prediction } from '../../../models/predictions.ts';
import type { DoneColumn } from '../../compare/column-subject.ts';
import { predictionsOf } from '../../pipeline/pipeline.ts';
import { useCompareView } from '../../stores/compare-view.ts';
import { percent } from '../../ui/format.ts';

const LISTED = 5;

/** The five likeliest classes. Pressing one explains it in every column that knows it. */
export function ColumnAnswer({ done }: { readonly done: DoneColumn | null }) {
  const ranked = useMemo(() => (done ? predictionsOf(done.analysis, done.entry.labels).slice(0, LISTED) : []), [done]);
  return (
    <ol className="predictions column-answer" aria-label="Top 5">
      {ranked.map((prediction) => (
        <Line key={prediction.index} prediction={prediction} />
      ))}
    </ol>
  );
}

function Line({ prediction: { index, label, probability, rank } }: { readonly prediction: Prediction }) {
  const isTarget = useCompareView(({ view, target }) => view === 'attribution' && target?.label === label);
  const choose = useCompareView((state) => state.choose);
  const press = () => choose(isTarget ? { target: null } : { view: 'attribution', target: { index, label } });
  return (
    <li data-first={rank === 1 || undefined} title={`Class ${index}, rank ${rank}`}>
      <button
        type="button"
        className="predictions-label column-class"
        aria-pressed={isTarget}
        aria-label={`${label}, ${percent(probability)}. Explain this class in all columns`}
        onClick={press}
      >
        {label}
      </button>
      <span>{percent(probability)}</span>
      <span className="predictions-bar" aria-hidden>
        <span style={{ width: `${probability * 100}%` }} />
      </span>
    </li>
  );
}
