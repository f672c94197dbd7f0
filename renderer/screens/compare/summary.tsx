import { Diff } from 'lucide-react';
import { useState } from 'react';
import type { Comparison } from '../../../models/compare/compare-columns.ts';
import { topClass } from '../../../models/compare/predictions.ts';
import type { Compared, ComparedColumn } from '../../compare/column-results.ts';
import { useCompare } from '../../stores/compare.ts';
import type { TrayImage } from '../../stores/images.ts';
import { Button } from '../../ui/button.tsx';
import { percent } from '../../ui/format.ts';
import { Tip } from '../../ui/tooltip.tsx';
import { bits, columnName, correlation, errorSize, points } from './compare-words.ts';
import { DifferenceDialog } from './difference-dialog.tsx';
import { Shifts } from './shifts.tsx';
import './summary.css';

interface SummaryProps {
  readonly compared: Compared;
  readonly image: TrayImage;
}

/** Where the columns disagree with the one that is chosen as reference. */
export function Summary({ compared, image }: SummaryProps) {
  const { reference, others, done } = compared;
  const total = useCompare((state) => state.columns.length);
  const [chosen, setChosen] = useState<string | null>(null);
  const [difference, setDifference] = useState<readonly [string, string] | null>(null);
  const row = others.find(({ column }) => column.column.id === chosen) ?? others[0] ?? null;
  return (
    <section className="disagreement" aria-label="Where the columns disagree">
      <div className="disagreement-table scrolls">
        {reference && others.length > 0 ? (
          <table>
            <caption className="visually-hidden">
              Every column against column {reference.letter}, {reference.state.entry.title}
            </caption>
            <thead>
              <tr>
                <th scope="col">against {reference.letter}</th>
                <Measure name="Top-1" tip="The likeliest class, by name" />
                <Measure
                  name="Divergence"
                  tip="Jensen-Shannon divergence of the two predictions, in bits: 0 equal, 1 nothing in common"
                />
                <Measure name="Moved" tip="Total variation: how much probability lies on other classes, in percent" />
                <Measure
                  name="Map r"
                  tip="Pearson’s correlation of the two maps over the picture’s pixels that both networks see"
                />
                <Measure
                  name="Logits ±"
                  tip="Largest difference of a logit; of two engines, or two files, of one network at one input"
                />
                <Measure
                  name="Map ±"
                  tip="Largest difference of a cell; of two engines, or two files, of one network at one input"
                />
                <th scope="col">
                  <span className="visually-hidden">Difference of the maps</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {others.map(({ column, comparison }) => (
                <Row
                  key={column.column.id}
                  column={column}
                  comparison={comparison}
                  isChosen={column === row?.column}
                  onChoose={() => setChosen(column.column.id)}
                  onDifference={() => setDifference([reference.column.id, column.column.id])}
                />
              ))}
            </tbody>
          </table>
        ) : (
          <p className="quiet disagreement-wait">
            {done.length === 0 || reference
              ? 'Two finished columns are compared here.'
              : 'The reference column is not finished yet.'}
          </p>
        )}
      </div>
      {reference && row && <Shifts reference={reference} column={row.column} comparison={row.comparison} />}
      <p className="visually-hidden" role="status">
        {done.length > 0 && spoken(compared, total)}
      </p>
      {difference && (
        <DifferenceDialog compared={compared} image={image} chosen={difference} onClose={() => setDifference(null)} />
      )}
    </section>
  );
}

function Measure({ name, tip }: { readonly name: string; readonly tip: string }) {
  return (
    <th scope="col" className="number">
      <Tip label={tip} side="top">
        <span>{name}</span>
      </Tip>
    </th>
  );
}

interface RowProps {
  readonly column: ComparedColumn;
  readonly comparison: Comparison;
  readonly isChosen: boolean;
  readonly onChoose: () => void;
  readonly onDifference: () => void;
}

const NONE = '–';

function Row({ column, comparison, isChosen, onChoose, onDifference }: RowProps) {
  const { flipped, classes, error, common } = comparison;
  const top = topClass(column.result.probabilities);
  return (
    <tr data-chosen={isChosen || undefined}>
      <th scope="row">
        <button type="button" aria-pressed={isChosen} onClick={onChoose} title="Show which classes moved">
          <span className="column-letter">{column.letter}</span>
          {columnName(column)}
        </button>
      </th>
      <td className="disagreement-top" data-flipped={flipped || undefined}>
        {flipped ? '≠ ' : '= '}
        {column.result.labels[top] ?? `class ${top}`}
      </td>
      <td className="number" title={classes ? undefined : OTHER_CLASSES}>
        {classes ? bits(classes.divergence) : 'other classes'}
      </td>
      <td className="number">{classes ? percent(classes.variation) : NONE}</td>
      <td className="number" title={common === null ? undefined : `Over ${percent(common)} of the picture`}>
        {comparison.correlation === null ? NONE : correlation(comparison.correlation)}
      </td>
      <td className="number">{error ? errorSize(error.logits.max) : NONE}</td>
      <td className="number">{error?.map ? errorSize(error.map.max) : NONE}</td>
      <td>
        <Button
          variant="ghost"
          icon={Diff}
          aria-label={`Difference map of column ${column.letter} and the reference`}
          title="Difference map"
          disabled={comparison.correlation === null && common === null}
          onClick={onDifference}
        />
      </td>
    </tr>
  );
}

const OTHER_CLASSES =
  'The two networks tell different classes apart: their probabilities cannot be compared class by class';

/** For screen readers, as columns finish. */
function spoken({ done, reference, others }: Compared, total: number): string {
  const last = done.at(-1)!;
  const top = topClass(last.result.probabilities);
  const answer = `Column ${last.letter}: ${last.result.labels[top]}, ${percent(last.result.probabilities[top] ?? 0)}.`;
  const flips = others.filter(({ comparison }) => comparison.flipped).length;
  const disagree =
    reference && done.length === total ? ` ${flips} of ${others.length} disagree with column ${reference.letter}.` : '';
  const shift = others[0]?.comparison.classes?.shifts[0];
  const moved =
    disagree && shift && reference
      ? ` Largest shift ${points(shift.shift)} points, ${reference.result.labels[shift.index]}.`
      : '';
  return `${done.length} of ${total} columns finished. ${answer}${disagree}${moved}`;
}
