import { rankClasses, softmax } from '../predictions.ts';

/** How many classes are kept of each answer. */
export const TOP = 5;

/**
 * Probabilities are kept in millionths: finer than engines agree, short in journals, and whole numbers have sums that do not
 * depend on the order of adding, so that a resumed run gives the same report to the last digit.
 */
const MICRO = 1e6;

/** What a model said about one picture of known class. */
export interface ImageResult {
  readonly path: string;
  /** Class index. */
  readonly truth: number;
  /** The likeliest classes, at most {@link TOP}; probabilities 0–1, rounded to millionths. */
  readonly top: readonly { readonly index: number; readonly probability: number }[];
  /** Probability of the true class, rounded likewise, and its rank, 1 for the likeliest class. */
  readonly truthProbability: number;
  readonly truthRank: number;
}

/** @param logits [classes], all finite */
export function imageResult(path: string, truth: number, logits: Float32Array): ImageResult {
  const ranked = rankClasses(softmax(logits), []);
  const own = ranked.find(({ index }) => index === truth)!;
  return {
    path,
    truth,
    top: ranked.slice(0, TOP).map(({ index, probability }) => ({ index, probability: round(probability) })),
    truthProbability: round(own.probability),
    truthRank: own.rank,
  };
}

/** A probability in millionths, as a whole number. */
export function toMicro(probability: number): number {
  return Math.round(probability * MICRO);
}

export function fromMicro(micro: number): number {
  return micro / MICRO;
}

function round(probability: number): number {
  return fromMicro(toMicro(probability));
}
