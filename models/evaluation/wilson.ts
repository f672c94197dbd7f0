/** The 97.5 % point of the standard normal distribution. */
const Z_95 = 1.959963984540054;

/** A measured share with the interval in which the true one lies, 95 times in 100. All 0–1. */
export interface Share {
  readonly correct: number;
  readonly of: number;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * `correct` of `of` with the 95 % interval of Wilson (1927), the score interval: unlike the normal approximation it holds for
 * small counts and at 0 and 1. Without continuity correction.
 * @returns null where nothing was measured
 */
export function wilson(correct: number, of: number): Share | null {
  if (of === 0) return null;
  const value = correct / of;
  const z2 = Z_95 * Z_95;
  const middle = value + z2 / (2 * of);
  const spread = Z_95 * Math.sqrt((value * (1 - value)) / of + z2 / (4 * of * of));
  const scale = 1 + z2 / of;
  return {
    correct,
    of,
    value,
    low: correct === 0 ? 0 : (middle - spread) / scale,
    high: correct === of ? 1 : (middle + spread) / scale,
  };
}
