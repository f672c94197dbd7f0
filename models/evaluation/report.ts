import { z } from 'zod';
import { ACCURACY_SOURCES, CATALOG, catalogEntry } from '../catalog.ts';
import type { Activation } from '../cvt/spec.ts';
import type { Preprocessing } from '../image/preprocessing.ts';
import { preprocessingSchema } from '../image/preprocessing-schema.ts';
import { PRECISIONS, type Precision } from '../precision/precision.ts';
import type { Accumulator, HardImage } from './accumulator.ts';
import type { ClassList } from './class-list.ts';
import { checkAnswers, checkLabels } from './class-map-check.ts';
import { labelProblemSchema } from './label-problems.ts';
import type { Labelling } from './labelled-images.ts';

const probability = z.number().min(0).max(1);
const classIndex = z.int().min(0);
const count = z.int().min(0);

const shareSchema = z.strictObject({
  correct: count,
  of: z.int().positive(),
  value: probability,
  /** The 95 % interval (Wilson). */
  low: probability,
  high: probability,
});

const classSchema = z.strictObject({ index: classIndex, name: z.string(), wnid: z.string().nullable() });

const hardImageSchema = z.strictObject({
  path: z.string(),
  truth: classSchema,
  truthProbability: probability,
  predicted: classSchema,
  confidence: probability,
});

const brokenImageSchema = z.strictObject({ path: z.string(), code: z.string(), message: z.string() });

const modelEvaluationSchema = z.strictObject({
  model: z.strictObject({
    id: z.string(),
    sha256: z.string(),
    numClasses: z.int().positive(),
    activation: z.enum(['quick_gelu', 'gelu']),
    preprocessing: preprocessingSchema,
    /** What it ran in. A report of before there was a choice has none: fp32. */
    precision: z.enum(PRECISIONS).default('fp32'),
  }),
  /** Pictures with a known class; the measured ones are `top1.of`, the others `broken`. */
  labelled: count,
  labels: z.strictObject({ total: count, matched: count }),
  problems: z.array(labelProblemSchema),
  warnings: z.array(
    z.strictObject({
      code: z.enum(['labels-unknown', 'labels-shifted', 'labels-permuted', 'near-chance']),
      message: z.string(),
    }),
  ),
  /** Null where no picture could be measured. */
  top1: shareSchema.nullable(),
  top5: shareSchema.nullable(),
  /** On the 50,000 pictures of ImageNet's validation set, 0–1; null for what is not in the catalog. */
  published: z.strictObject({ top1: probability, top5: probability, source: z.string() }).nullable(),
  calibration: z.strictObject({
    expectedCalibrationError: probability.nullable(),
    meanConfidence: probability.nullable(),
    bins: z.array(
      z.strictObject({
        from: probability,
        to: probability,
        count,
        meanConfidence: probability.nullable(),
        accuracy: probability.nullable(),
      }),
    ),
  }),
  classes: z.array(classSchema.extend({ count: z.int().positive(), top1: shareSchema, top5: shareSchema })),
  confusions: z.strictObject({
    /** All pairs that occur; the most frequent are listed, each with its first pictures. */
    pairs: count,
    listed: z.array(
      z.strictObject({
        truth: classSchema,
        predicted: classSchema,
        count: z.int().positive(),
        images: z.array(z.string()),
      }),
    ),
  }),
  hardest: z.strictObject({
    leastTrue: z.array(hardImageSchema),
    mostConfidentlyWrong: z.array(hardImageSchema),
  }),
  broken: z.array(brokenImageSchema),
});

/**
 * The report of an evaluation. It holds no times or durations: the same files and models give the same bytes, whether the run
 * was interrupted or not.
 */
export const evaluationReportSchema = z.strictObject({
  schema: z.literal('cvt-lens/evaluation'),
  version: z.literal(1),
  /** As an absolute path; all other paths are relative to it. */
  folder: z.string(),
  /** Where the true classes come from: a labels file's path, or null for sub-folders. */
  labelsFile: z.string().nullable(),
  /** Pictures that were found. */
  pictures: count,
  /** Null: all of them; else that many, spread evenly over the labelled ones. */
  limit: z.int().positive().nullable(),
  models: z.array(modelEvaluationSchema),
});

export type EvaluationReport = z.infer<typeof evaluationReportSchema>;
export type ModelEvaluation = z.infer<typeof modelEvaluationSchema>;
export type BrokenImage = z.infer<typeof brokenImageSchema>;
export type ReportedShare = z.infer<typeof shareSchema>;
export type ReportedClass = z.infer<typeof classSchema>;

/** What was measured, and with what. */
export interface Measurement {
  readonly model: {
    readonly id: string;
    readonly sha256: string;
    readonly activation: Activation;
    readonly preprocessing: Preprocessing;
    readonly precision: Precision;
  };
  readonly classes: ClassList;
  readonly labelling: Labelling;
  /** How many of the labelled pictures were to be measured. */
  readonly labelled: number;
  readonly accumulator: Accumulator;
  /** In order of their paths. */
  readonly broken: readonly BrokenImage[];
}

/** One model's part of a report. */
export function modelEvaluation(measured: Measurement): ModelEvaluation {
  const { model, classes, labelling, accumulator } = measured;
  const scores = accumulator.scores();
  const named = (index: number): ReportedClass => ({
    index,
    name: classes.shown(index),
    wnid: classes.classes[index]?.wnid ?? null,
  });
  const hard = ({ truth, predicted, ...image }: HardImage) => ({
    path: image.path,
    truth: named(truth),
    truthProbability: image.truthProbability,
    predicted: named(predicted),
    confidence: image.confidence,
  });
  return {
    model: {
      id: model.id,
      sha256: model.sha256,
      numClasses: classes.size,
      activation: model.activation,
      precision: model.precision,
      preprocessing: model.preprocessing,
    },
    labelled: measured.labelled,
    labels: labelling.labels,
    problems: [...labelling.problems],
    warnings: [checkLabels(labelling), checkAnswers(accumulator)].filter((warning) => warning !== null),
    top1: scores.top1,
    top5: scores.top5,
    published: publishedAccuracy(model.id, model.sha256),
    calibration: { ...scores.calibration, bins: [...scores.calibration.bins] },
    classes: scores.classes.map(({ index, count, top1, top5 }) => ({ ...named(index), count, top1, top5 })),
    confusions: {
      pairs: scores.confusions.pairs,
      listed: scores.confusions.listed.map(({ truth, predicted, count, images }) => ({
        truth: named(truth),
        predicted: named(predicted),
        count,
        images: [...images],
      })),
    },
    hardest: {
      leastTrue: scores.hardest.leastTrue.map(hard),
      mostConfidentlyWrong: scores.hardest.mostConfidentlyWrong.map(hard),
    },
    broken: [...measured.broken],
  };
}

/** What the catalog says of a model, known by its id or by its checksum. */
function publishedAccuracy(id: string, sha256: string): ModelEvaluation['published'] {
  const entry = catalogEntry(id) ?? CATALOG.find(({ file }) => file.sha256 === sha256);
  if (!entry) return null;
  const { top1, top5 } = entry.accuracy.imagenet;
  return { top1: fromPercent(top1), top5: fromPercent(top5), source: ACCURACY_SOURCES.published };
}

/** Two decimals of percent, without the noise of dividing by a hundred. */
function fromPercent(value: number): number {
  return Math.round(value * 100) / 10_000;
}

/** A report as it is written: two spaces, a line end behind it. */
export function reportAsJson(report: EvaluationReport): string {
  return `${JSON.stringify(report, null, 2)}\n`;
}
