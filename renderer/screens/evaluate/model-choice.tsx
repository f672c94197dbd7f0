import { useId } from 'react';
import { problemInWords } from '../../../models/evaluation/label-problems.ts';
import type { Labelling } from '../../../models/evaluation/labelled-images.ts';
import { type Understanding, useEvaluate } from '../../stores/evaluate.ts';
import { isUsable, useLibrary } from '../../stores/library.ts';
import { useModel } from '../../stores/model.ts';
import { whole } from '../../ui/format.ts';
import { useApp } from '../frame/app-context.ts';
import { Standing, TransferControls } from '../models/standing.tsx';
import { labellingText, noLabelsText } from './words.ts';

/** Problems that are named at once; a folder of a thousand strange sub-folders has as many. */
const NAMED = 100;

/** The models of this machine to choose from, with what the labels mean to each, and those that could be had. */
export function ModelChoice() {
  const shipped = useModel((state) => state.shipped);
  const entries = useLibrary((state) => state.snapshot?.entries) ?? [];
  const usable = entries.filter(isUsable);
  const others = entries.filter((entry) => !isUsable(entry));
  return (
    <>
      <ul className="model-choice">
        {[...shipped, ...usable].map(({ id, title }) => (
          <Choice key={id} id={id} title={title} />
        ))}
      </ul>
      {others.length > 0 && (
        <details className="model-others">
          <summary>{whole(others.length)} more can be downloaded</summary>
          <ul className="model-choice">
            {others.map((entry) => (
              <li key={entry.id} className="model-other">
                <div>
                  <span>{entry.title}</span>
                  <Standing entry={entry} />
                </div>
                <span className="model-other-controls">
                  <TransferControls entry={entry} dense />
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Choice({ id, title }: { readonly id: string; readonly title: string }) {
  const isChosen = useEvaluate((state) => state.draft.models.includes(id));
  const understanding = useEvaluate((state) => state.draft.understood[id]);
  const { draft } = useApp().evaluations;
  const field = useId();
  return (
    <li>
      <input id={field} type="checkbox" checked={isChosen} onChange={() => draft.toggleModel(id)} />
      <div>
        <label htmlFor={field}>{title}</label>
        {isChosen && understanding && <Understood understanding={understanding} />}
      </div>
    </li>
  );
}

function Understood({ understanding }: { readonly understanding: Understanding }) {
  const hasFile = useEvaluate((state) => state.draft.labels !== null);
  if (understanding.kind === 'reading') return <p className="quiet">Reading its classes…</p>;
  if (understanding.kind === 'failed') return <p className="evaluate-bad">{understanding.error.message}</p>;
  const { labelling, numClasses } = understanding;
  return (
    <>
      <p className="model-understood" data-bad={labelling.images.length === 0 || undefined}>
        {labellingText(labelling, numClasses)}
        {labelling.images.length === 0 && ` ${noLabelsText(labelling, hasFile)}`}
      </p>
      <Problems problems={labelling.problems} />
    </>
  );
}

/** What of the labels is left out, and why. */
export function Problems({ problems }: Pick<Labelling, 'problems'>) {
  if (problems.length === 0) return null;
  return (
    <details className="problems">
      <summary>{problems.length === 1 ? '1 problem' : `${whole(problems.length)} problems`} with labels</summary>
      <ul className="selectable">
        {problems.slice(0, NAMED).map((problem) => (
          <li key={`${problem.kind} ${problem.folder} ${problem.label}`}>{problemInWords(problem)}</li>
        ))}
        {problems.length > NAMED && <li>and {whole(problems.length - NAMED)} more</li>}
      </ul>
    </details>
  );
}
