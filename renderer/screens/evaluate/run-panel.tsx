import { Pause, Play, X } from 'lucide-react';
import type { EvaluatedModel, EvaluationRecord } from '../../evaluate/evaluation-record.ts';
import { useEvaluate } from '../../stores/evaluate.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { percent } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { useApp } from '../frame/app-context.ts';
import { ChooseFolder } from './draft-panel.tsx';
import { removeWithUndo } from './remove-evaluation.ts';
import { ShareBar } from './share-bar.tsx';
import { dateText, intervalText, pictures, sourceText, stepShare, stepText } from './words.ts';

/** An evaluation that has not come to its end: running, paused, or left by an earlier start of the app. */
export function RunPanel({ record }: { readonly record: EvaluationRecord }) {
  const { evaluations } = useApp();
  const { id, folder, labels, models, begun } = record;
  const run = useEvaluate((state) => (state.run?.id === id ? state.run : null));
  const isOtherRunning = useEvaluate((state) => state.run !== null && state.run.id !== id);
  const isElsewhere = useEvaluate((state) => state.elsewhere.has(id));
  const isAtHand = useEvaluate((state) => state.folders[id] !== undefined);
  const searching = useEvaluate((state) => state.draft.searching);
  const stopped = useEvaluate((state) => state.stopped[id]);
  return (
    <>
      <h2 className="evaluate-title">{folder.name}</h2>
      <p className="evaluate-lead">
        {pictures(folder.pictures)} · {sourceText(labels)} · begun {dateText(begun)}
      </p>
      {stopped && run === null && <Banner tone="danger">{stopped.message}</Banner>}
      {isElsewhere && (
        <Banner>
          Another window measures this just now. What it counts shows here; if that window goes, it can go on here.
        </Banner>
      )}
      {!isAtHand && !isElsewhere && (
        <Banner
          actions={
            <ChooseFolder
              text={`Choose ${folder.name}…`}
              primary
              onFolder={(chosen) => evaluations.attach(id, chosen)}
            />
          }
        >
          {searching !== null
            ? 'Searching the folder…'
            : `This evaluation is unfinished. Drop the folder ${folder.name} here or choose it again, and it goes on where it was: what is measured is kept.`}
        </Banner>
      )}
      <section className="evaluate-card" aria-label="Progress">
        <ul className="run-models">
          {models.map((model, place) => (
            <RunLine key={model.id} model={model} isCurrent={run?.model === place} />
          ))}
        </ul>
      </section>
      {isAtHand && !isElsewhere && (
        <div className="evaluate-start">
          {run ? (
            <Button icon={Pause} onClick={evaluations.pause}>
              Pause
            </Button>
          ) : (
            <Button variant="primary" icon={Play} disabled={isOtherRunning} onClick={() => void evaluations.resume(id)}>
              Go on
            </Button>
          )}
          <Button icon={X} onClick={() => removeWithUndo(evaluations, record, 'cancelled')}>
            Cancel
          </Button>
          <p className="quiet">
            {run
              ? 'The picture you look at in Inspect comes first; this waits for it.'
              : isOtherRunning
                ? 'Another evaluation is running.'
                : 'Paused. What is measured is kept.'}
          </p>
        </div>
      )}
    </>
  );
}

function RunLine({ model, isCurrent }: { readonly model: EvaluatedModel; readonly isCurrent: boolean }) {
  const run = useEvaluate((state) => (isCurrent ? state.run : null));
  const { title, report, done, total } = model;
  const text = run
    ? stepText(run.step)
    : report
      ? 'Done'
      : total === null
        ? 'Waiting'
        : `${done} of ${pictures(total)}`;
  const share = run ? stepShare(run.step) : report ? 1 : total ? done / total : 0;
  const top1 = run?.top1 ?? report?.top1 ?? null;
  const top5 = run?.top5 ?? report?.top5 ?? null;
  return (
    <li>
      <div className="run-head">
        <strong>{title}</strong>
        <span data-testid="evaluation-progress">{text}</span>
      </div>
      <Meter label={`${title}: ${text}`} share={share} />
      {top1 && top5 && (
        <p className="run-live">
          <span>
            Top-1 <strong>{percent(top1.value)}</strong> <span className="quiet">{intervalText(top1)}</span>
          </span>
          <ShareBar share={top1} />
          <span>
            Top-5 <strong>{percent(top5.value)}</strong> <span className="quiet">{intervalText(top5)}</span>
          </span>
        </p>
      )}
    </li>
  );
}
