import { join } from 'node:path';
import { throwIfCancelled } from '../../models/errors.ts';
import type { ClassList } from '../../models/evaluation/class-list.ts';
import { Collected } from '../../models/evaluation/collected.ts';
import type { EvaluationProgress, EvaluationSink } from '../../models/evaluation/evaluate-pictures.ts';
import type { Labelling } from '../../models/evaluation/labelled-images.ts';
import type { ModelEvaluation } from '../../models/evaluation/report.ts';
import type { LoadedModel } from '../inference/load-model.ts';
import { pictureInput, readPicture } from '../inference/picture-input.ts';
import { Journal } from './journal.ts';
import { spread } from './labelled-folder.ts';
import { runEvaluation } from './run-evaluation.ts';

export interface ModelRun {
  readonly model: LoadedModel;
  /** Of the checkpoint file. */
  readonly sha256: string;
  /** With which the model was loaded. */
  readonly batch: number;
  readonly classes: ClassList;
  /** Resolved. */
  readonly folder: string;
  readonly labelling: Labelling;
  /** Null: all pictures. */
  readonly limit: number | null;
  /** Where journals are kept. */
  readonly journals: string;
  /** Forgets what earlier runs have measured. */
  readonly fresh: boolean;
  /** Of the app. */
  readonly version: string;
  /** Sees each outcome, in any order. */
  readonly also?: EvaluationSink;
  readonly signal: AbortSignal;
}

/**
 * One model over a labelled folder.
 * @returns its part of the report
 * @throws as runEvaluation does
 */
export async function* evaluateModel(run: ModelRun): AsyncGenerator<EvaluationProgress, ModelEvaluation> {
  const { model, sha256, batch, classes, folder, labelling, limit, also, signal } = run;
  throwIfCancelled(signal);
  const { spec, activation, preprocessing, precision } = model;
  const journal = new Journal(run.journals, {
    folder,
    sha256,
    spec,
    activation,
    preprocessing,
    precision,
    version: run.version,
  });
  if (run.fresh) await journal.clear();
  const collected = new Collected(classes.size);
  const images = spread(labelling.images, limit);
  yield* runEvaluation({
    folder,
    images,
    numClasses: classes.size,
    batch,
    atOnce: model.atOnce,
    read: async (path) => pictureInput(path, await readPicture(join(folder, path), path), preprocessing),
    classify: model.logits,
    journal,
    sink: {
      result(result) {
        collected.result(result);
        also?.result(result);
      },
      unread(image) {
        collected.unread(image);
        also?.unread(image);
      },
    },
    signal,
  });
  return collected.report({
    model: { id: model.id, sha256, activation, preprocessing, precision },
    classes,
    labelling,
    labelled: images.length,
  });
}
