import { z } from 'zod';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import { preprocessingSchema } from '../../models/image/preprocessing-schema.ts';
import { PRECISIONS, type Precision } from '../../models/precision/precision.ts';
import { type Prediction, rankClasses } from '../../models/predictions.ts';
import type { ModelEntry } from '../shell/shell.ts';

/** How many classes are kept of an answer: of 1000 probabilities for each of thousands of pictures, nobody reads more. */
export const KEPT_CLASSES = 5;

/** What a model said of a picture, small enough to be kept for thousands. */
export interface PictureResult {
  readonly modelId: string;
  readonly modelTitle: string;
  readonly preprocessing: Preprocessing;
  readonly precision: Precision;
  /** The likeliest classes, likeliest first; at most {@link KEPT_CLASSES}. */
  readonly top: readonly Prediction[];
  /** Of all probabilities, in bits: 0 for certainty, log₂ of the number of classes where all are alike. */
  readonly entropy: number;
  readonly classCount: number;
  /** When it was computed, in milliseconds since 1970. */
  readonly at: number;
}

/** A {@link PictureResult} that comes from the journal, which an older version or a torn write may have left. */
export const pictureResultSchema: z.ZodType<PictureResult> = z.object({
  modelId: z.string().min(1),
  modelTitle: z.string(),
  preprocessing: preprocessingSchema,
  // Before there was a choice.
  precision: z.enum(PRECISIONS).default('fp32'),
  top: z
    .array(
      z.object({
        index: z.int().nonnegative(),
        label: z.string(),
        probability: z.number().min(0).max(1),
        rank: z.int().positive(),
      }),
    )
    .min(1)
    .max(KEPT_CLASSES),
  entropy: z.number().nonnegative(),
  classCount: z.int().positive(),
  at: z.number(),
});

/** @param probabilities [classes], summing to 1 */
export function pictureResult(
  probabilities: Float32Array,
  entry: Pick<ModelEntry, 'id' | 'title' | 'labels'>,
  preprocessing: Preprocessing,
  precision: Precision,
  at: number,
): PictureResult {
  return {
    modelId: entry.id,
    modelTitle: entry.title,
    preprocessing,
    precision,
    top: rankClasses(probabilities, entry.labels).slice(0, KEPT_CLASSES),
    entropy: entropyOf(probabilities),
    classCount: probabilities.length,
    at,
  };
}

/** −Σ p·log₂ p, in bits. */
export function entropyOf(probabilities: Iterable<number>): number {
  let sum = 0;
  for (const p of probabilities) if (p > 0) sum -= p * Math.log2(p);
  // A probability that rounds to above 1 would make it a little less than nothing.
  return Math.max(0, sum);
}
