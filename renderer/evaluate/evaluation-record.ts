import { z } from 'zod';
import { type EvaluationReport, evaluationReportSchema } from '../../models/evaluation/report.ts';

const modelReportSchema = evaluationReportSchema.shape.models.element;

/** An evaluation as it is kept between starts of the app. */
export const evaluationRecordSchema = z.object({
  id: z.string(),
  /** Milliseconds since 1970. */
  begun: z.number(),
  folder: z.object({ name: z.string(), pictures: z.int().nonnegative() }),
  /** A labels file, whole; null where folders' names are the labels. */
  labels: z.object({ name: z.string(), text: z.string() }).nullable(),
  classNames: z.object({ file: z.string(), names: z.array(z.string()) }).nullable(),
  /** In the order in which they are measured. */
  models: z
    .array(
      z.object({
        id: z.string(),
        title: z.string(),
        /** Names the journal; null before the model was first opened. */
        journal: z.string().nullable(),
        /** Pictures that were measured when last told. */
        done: z.int().nonnegative(),
        total: z.int().nonnegative().nullable(),
        /** Null until all pictures are measured. */
        report: modelReportSchema.nullable(),
      }),
    )
    .min(1),
  /** Taken out of the list; can be brought back until the app is started again. */
  removed: z.boolean(),
});

export type EvaluationRecord = z.infer<typeof evaluationRecordSchema>;
export type EvaluatedModel = EvaluationRecord['models'][number];

export function isFinished({ models }: EvaluationRecord): boolean {
  return models.every(({ report }) => report !== null);
}

/** The report over the models that are measured, in the same form as the command line's. */
export function reportOf({ folder, labels, models }: EvaluationRecord): EvaluationReport {
  return {
    schema: 'cvt-lens/evaluation',
    version: 1,
    folder: folder.name,
    labelsFile: labels?.name ?? null,
    pictures: folder.pictures,
    limit: null,
    models: models.flatMap(({ report }) => (report === null ? [] : [report])),
  };
}
