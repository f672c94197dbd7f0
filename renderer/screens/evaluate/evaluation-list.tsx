import { Plus, Trash2 } from 'lucide-react';
import { type EvaluationRecord, isFinished } from '../../evaluate/evaluation-record.ts';
import { useEvaluate } from '../../stores/evaluate.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { percent, whole } from '../../ui/format.ts';
import { useApp } from '../frame/app-context.ts';
import { shortName } from '../models/words.ts';
import { removeWithUndo } from './remove-evaluation.ts';
import { dateText, pictures } from './words.ts';

/** What was measured and what is being measured, the latest first. */
export function EvaluationList() {
  const records = useEvaluate((state) => state.records);
  const shown = useEvaluate((state) => state.shown);
  const listed = records?.filter(({ removed }) => !removed) ?? [];
  return (
    <section>
      <div className="evaluate-side-head">
        <h2>Evaluations</h2>
        <Button icon={Plus} disabled={shown === null} onClick={() => useEvaluate.setState({ shown: null })}>
          New
        </Button>
      </div>
      {records === null ? (
        <p className="quiet">Reading…</p>
      ) : listed.length === 0 ? (
        <p className="quiet">None yet. What you measure is kept here, also after a restart.</p>
      ) : (
        <ul className="evaluation-list">
          {listed.map((record) => (
            <Line key={record.id} record={record} isShown={record.id === shown} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Line({ record, isShown }: { readonly record: EvaluationRecord; readonly isShown: boolean }) {
  const { evaluations } = useApp();
  const isRunning = useEvaluate(({ run, elsewhere }) => run?.id === record.id || elsewhere.has(record.id));
  const { id, folder, models, begun } = record;
  return (
    <li className="evaluation-line" data-shown={isShown || undefined}>
      <button
        type="button"
        aria-current={isShown || undefined}
        onClick={() => useEvaluate.setState({ shown: id })}
        title={`${folder.name}, ${dateText(begun)}`}
      >
        <strong>{folder.name}</strong>
        <span>{models.map(shortName).join(', ')}</span>
        <span className="quiet">{isRunning ? 'Measuring…' : standingText(record)}</span>
      </button>
      <IconButton
        icon={Trash2}
        label={`Remove the evaluation of ${folder.name}`}
        onClick={() => removeWithUndo(evaluations, record, 'removed')}
      />
    </li>
  );
}

function standingText(record: EvaluationRecord): string {
  const { models, folder } = record;
  if (!isFinished(record)) {
    const done = models.reduce((sum, model) => sum + model.done, 0);
    const total = models.reduce((sum, model) => sum + (model.total ?? folder.pictures), 0);
    return `Unfinished, ${whole(done)} of ${whole(total)}`;
  }
  const best = models.map(({ report }) => report?.top1?.value ?? 0);
  return `${pictures(folder.pictures)}, top-1 ${best.map(percent).join(', ')}`;
}
