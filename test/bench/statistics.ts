import type { Spread } from './finding.ts';

/** The value below which the fraction `q` of `values` lies, interpolated between neighbours (R's type 7). */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) throw new RangeError('No values to take a quantile of.');
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * q;
  const below = Math.floor(place);
  const lower = sorted[below]!;
  const upper = sorted[Math.ceil(place)]!;
  return lower + (upper - lower) * (place - below);
}

/** Median and quartiles: one slow round of a shared machine moves neither. */
export function spreadOf(values: readonly number[]): Spread {
  return {
    median: quantile(values, 0.5),
    low: quantile(values, 0.25),
    high: quantile(values, 0.75),
    count: values.length,
  };
}

/**
 * The ratio of two things measured in the same rounds: of their medians, with the quartiles of the rounds' own ratios.
 * @param ours a number per round, in the order of `other`'s
 */
export function ratioOf(ours: readonly number[], other: readonly number[]): Spread {
  if (ours.length !== other.length) throw new RangeError('The two sides were not measured in the same rounds.');
  const spread = spreadOf(ours.map((value, round) => value / other[round]!));
  return { ...spread, median: quantile(ours, 0.5) / quantile(other, 0.5) };
}
