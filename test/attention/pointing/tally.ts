import { type Share, wilson } from '../../../models/evaluation/wilson.ts';

/** One thing asked of every picture: whether it held. */
export type Outcomes = readonly boolean[];

/** How often it held, with its 95 % interval. */
export function shareOf(outcomes: Outcomes): Share {
  const share = wilson(outcomes.filter(Boolean).length, outcomes.length);
  if (!share) throw new RangeError('There is no share of no pictures.');
  return share;
}

/**
 * Of the pictures where exactly one of two held, how often it was the first. An interval wholly above one half says that the
 * first holds more often (a sign test, McNemar's).
 */
export function pairedWins(first: Outcomes, second: Outcomes): Share {
  return shareOf(first.filter((held, i) => held !== second[i]));
}

/** "97.5 % (94.3–98.9)" */
export function describeShare({ value, low, high }: Share): string {
  const percent = (share: number) => (100 * share).toFixed(1);
  return `${percent(value).padStart(5)} % (${percent(low)}–${percent(high)})`;
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
