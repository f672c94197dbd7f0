import type { Comparison } from '../../../models/compare/compare-columns.ts';
import type { ComparedColumn } from '../../compare/column-results.ts';
import { percent } from '../../ui/format.ts';
import { points } from './compare-words.ts';

interface ShiftsProps {
  readonly reference: ComparedColumn;
  readonly column: ComparedColumn;
  readonly comparison: Comparison;
}

const LISTED = 5;

/** The classes whose probability differs most between two columns. */
export function Shifts({ reference, column, comparison: { classes } }: ShiftsProps) {
  const largest = Math.max(1e-9, Math.abs(classes?.shifts[0]?.shift ?? 0));
  return (
    <div className="shifts">
      <h3>
        Probability, {reference.letter} to {column.letter}
        <span className="quiet"> in points</span>
      </h3>
      {classes ? (
        <ol>
          {classes.shifts.slice(0, LISTED).map(({ index, from, to, shift }) => (
            <li key={index} title={`${percent(from)} to ${percent(to)}`}>
              <span className="shifts-label">{reference.result.labels[index] ?? `class ${index}`}</span>
              <span className="shifts-bar" aria-hidden>
                <span data-down={shift < 0 || undefined} style={{ width: `${(50 * Math.abs(shift)) / largest}%` }} />
              </span>
              <span className="number">{points(shift)}</span>
            </li>
          ))}
        </ol>
      ) : (
        <p className="quiet">
          {reference.state.entry.title} tells {reference.result.labels.length} classes apart, {column.state.entry.title}{' '}
          {column.result.labels.length} others: probabilities are not compared class by class. The maps are.
        </p>
      )}
    </div>
  );
}
