import { CheckpointError } from './errors.ts';

/** One class of a model's answer. */
export interface Prediction {
  /** Class index. */
  readonly index: number;
  readonly label: string;
  /** 0–1 */
  readonly probability: number;
  /** 1 for the likeliest class. */
  readonly rank: number;
}

/**
 * Finite weights can still overflow on the way; probabilities and maps of such a run would be NaN throughout.
 * @param model names the checkpoint in the message
 * @throws CheckpointError `not-finite`
 */
export function checkLogits(logits: Float32Array, model: string): void {
  if (logits.every(Number.isFinite)) return;
  throw new CheckpointError(
    'not-finite',
    `${model}: the network's answer is not a number, so there is nothing to show. Its weights are damaged or too large; use another checkpoint.`,
  );
}

/** Probabilities of logits [classes]; sums to 1. */
export function softmax(logits: Float32Array): Float32Array {
  let largest = Number.NEGATIVE_INFINITY;
  for (const logit of logits) largest = Math.max(largest, logit);
  const powers = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return Float32Array.from(powers, (power) => power / sum);
}

/** Every class, likeliest first; equal ones in index order. A class beyond the labels is called by its index. */
export function rankClasses(probabilities: Float32Array, labels: readonly string[]): readonly Prediction[] {
  const order = Array.from(probabilities.keys()).sort((a, b) => probabilities[b]! - probabilities[a]! || a - b);
  return order.map((index, place) => ({
    index,
    label: labels[index] ?? `class ${index}`,
    probability: probabilities[index]!,
    rank: place + 1,
  }));
}
