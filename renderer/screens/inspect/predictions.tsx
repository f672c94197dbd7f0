import { Search, X } from 'lucide-react';
import { useMemo } from 'react';
import type { Prediction } from '../../../models/predictions.ts';
import { predictionsOf } from '../../pipeline/pipeline.ts';
import { searchClasses } from '../../pipeline/predictions.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { percent } from '../../ui/format.ts';
import { ClassPick } from './attribution/class-pick.tsx';
import type { Inspection } from './use-inspection.ts';

/** How many classes are listed; the search reaches the others. */
const LISTED = 5;

/** The likeliest classes, or those that the search names. */
export function Predictions({ inspection }: { readonly inspection: Inspection }) {
  const { analysis, entry, image } = inspection;
  const query = useView((state) => state.classQuery);
  // The answer of a picture whose maps are still being made is known for its likeliest classes.
  const known = image?.result && image.result.modelId === entry?.id ? image.result : null;
  const ranked = useMemo(
    () => (analysis && entry ? predictionsOf(analysis, entry.labels) : (known?.top ?? [])),
    [analysis, entry, known],
  );
  const classCount = analysis ? ranked.length : (known?.classCount ?? 0);
  const found = useMemo(() => searchClasses(ranked, query), [ranked, query]);
  const searching = query.trim() !== '';
  return (
    <section aria-label="Predictions">
      <header className="panel-head">
        <h2>Predictions</h2>
        {classCount > 0 && (
          <span className="quiet">
            {searching
              ? `${found.length} of ${ranked.length} classes`
              : `top ${Math.min(LISTED, ranked.length)} of ${classCount}`}
          </span>
        )}
      </header>
      {found.length > 0 ? (
        <ol className="predictions" data-testid="predictions">
          {found.slice(0, LISTED).map((prediction) => (
            <Line key={prediction.index} prediction={prediction} ranked={searching} />
          ))}
        </ol>
      ) : (
        <p className="predictions-none">{emptyText(analysis !== null, image !== null, query)}</p>
      )}
      {entry && <ClassSearch count={entry.labels.length} />}
    </section>
  );
}

function emptyText(done: boolean, hasImage: boolean, query: string): string {
  if (done) return `No class is called “${query.trim()}”.`;
  return hasImage ? 'No result yet.' : 'The five likeliest classes of a picture stand here.';
}

function Line({ prediction, ranked }: { readonly prediction: Prediction; readonly ranked: boolean }) {
  const { label, probability, rank, index } = prediction;
  return (
    <li data-first={rank === 1 || undefined} title={`Class ${index}, rank ${rank}`}>
      <span className="predictions-label">
        {ranked && <span className="predictions-rank">{rank}</span>}
        <ClassPick index={index} label={label} isFirst={rank === 1} />
      </span>
      <span>{percent(probability)}</span>
      <span className="predictions-bar" aria-hidden>
        <span style={{ width: `${probability * 100}%` }} />
      </span>
    </li>
  );
}

function ClassSearch({ count }: { readonly count: number }) {
  const query = useView((state) => state.classQuery);
  const search = useView((state) => state.searchClasses);
  return (
    <div className="field">
      <Search size={14} aria-hidden />
      <input
        type="text"
        aria-label="Search a class"
        placeholder={`Any of ${count} classes…`}
        value={query}
        spellCheck={false}
        onChange={(event) => search(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && search('')}
      />
      {query && <IconButton icon={X} label="Clear" onClick={() => search('')} />}
    </div>
  );
}
