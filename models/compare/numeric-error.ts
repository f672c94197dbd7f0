/** How far apart two results are that should be the same number: one network and input on two devices or in two precisions. */
export interface NumericError {
  readonly max: number;
  readonly mean: number;
}

/**
 * Absolute differences; NaN where any number is.
 * @throws RangeError where the results have different lengths
 */
export function numericError(a: Float32Array, b: Float32Array): NumericError {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} numbers cannot be compared.`);
  let max = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!);
    if (!(difference <= max)) max = difference;
    sum += difference;
  }
  return { max: Number.isNaN(sum) ? Number.NaN : max, mean: a.length > 0 ? sum / a.length : 0 };
}
