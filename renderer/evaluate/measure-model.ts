import type { ClassList } from '../../models/evaluation/class-list.ts';
import { Collected } from '../../models/evaluation/collected.ts';
import {
  type EvaluationProgress,
  type EvaluationSink,
  evaluatePictures,
} from '../../models/evaluation/evaluate-pictures.ts';
import { TOP } from '../../models/evaluation/image-result.ts';
import type { FileState } from '../../models/evaluation/journal-entry.ts';
import type { Labelling } from '../../models/evaluation/labelled-images.ts';
import { type LabelsFile, labelPictures } from '../../models/evaluation/labels-file.ts';
import type { ModelEvaluation } from '../../models/evaluation/report.ts';
import { CsvRows } from '../../models/evaluation/report-csv.ts';
import { type Share, wilson } from '../../models/evaluation/wilson.ts';
import { nameIn } from '../../models/precision/precision.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelRef, ModelReport } from '../engine/protocol.ts';
import { checkpointIdentity } from '../pipeline/sha256.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { modelRef } from '../stores/model.ts';
import { engineAnswers } from './engine-answers.ts';
import type { EvaluationDatabase } from './evaluation-database.ts';
import { type ClassNames, classListOf } from './model-classes.ts';
import type { PictureFolder } from './picture-folder.ts';

/** A model that the engine has up, and what a folder's labels mean to it. */
export interface ReadyModel {
  readonly entry: ModelEntry;
  readonly report: ModelReport;
  readonly sha256: string;
  readonly classes: ClassList;
  readonly labelling: Labelling;
  /** Names the journal: another for whatever else an answer depends on. */
  readonly journal: string;
}

/** @throws EvaluationError `classes-other-count`; what reading the checkpoint's checksum throws */
export async function readyModel(
  entry: ModelEntry,
  report: ModelReport,
  set: { readonly folder: PictureFolder; readonly labels: LabelsFile | null; readonly classNames: ClassNames | null },
  version: string,
): Promise<ReadyModel> {
  const { sha256 } = await checkpointIdentity(entry);
  const classes = await classListOf({ ...entry, numClasses: report.numClasses }, set.classNames);
  const { spec, activation, precision } = report;
  const known = [set.folder.name, sha256 ?? entry.id, spec, activation, entry.preprocessing, precision.ran, version];
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(JSON.stringify(known)));
  return {
    entry,
    report,
    sha256: sha256 ?? '',
    classes,
    labelling: labelPictures(set.folder, set.labels, classes),
    journal: Array.from(new Uint8Array(digest, 0, 16), (byte) => byte.toString(16).padStart(2, '0')).join(''),
  };
}

export interface Measuring {
  readonly engine: Engine;
  readonly database: Pick<EvaluationDatabase, 'journal'>;
  readonly model: ReadyModel;
  readonly folder: PictureFolder;
  readonly signal: AbortSignal;
}

export interface MeasuredSoFar {
  readonly progress: EvaluationProgress;
  readonly top1: Share | null;
  readonly top5: Share | null;
}

export interface Measured {
  readonly report: ModelEvaluation;
  /** Lines of the CSV report. */
  readonly rows: readonly string[];
}

/** One model over the labelled pictures of a folder, going on from its journal. @throws as evaluatePictures and the engine do */
export async function* measureModel(measuring: Measuring): AsyncGenerator<MeasuredSoFar, Measured> {
  const { engine, database, model, folder, signal } = measuring;
  const { entry, report, classes, labelling, sha256 } = model;
  const collected = new Collected(classes.size);
  const csv = new CsvRows();
  const rows = csv.of(nameIn(report.precision.ran, entry.id), classes);
  const right = { of: 0, top1: 0, top5: 0 };
  const sink: EvaluationSink = {
    result(result) {
      collected.result(result);
      rows.result(result);
      right.of++;
      if (result.truthRank === 1) right.top1++;
      if (result.truthRank <= TOP) right.top5++;
    },
    unread(image) {
      collected.unread(image);
      rows.unread(image);
    },
  };
  const { ran } = report.precision;
  // What the journal is named by, whatever is chosen meanwhile.
  const ref: ModelRef = { ...modelRef(entry), precision: ran };
  const { images } = labelling;
  const run = evaluatePictures({
    images,
    numClasses: classes.size,
    states: async () => ({ matches: (index, state) => isSame(folder.files.get(images[index]!.path), state) }),
    answers: (left) => engineAnswers({ engine, model: ref, images, files: folder.files, signal }, left),
    journal: database.journal(model.journal),
    sink,
    signal,
    now: () => performance.now(),
  });
  for await (const progress of run)
    yield { progress, top1: wilson(right.top1, right.of), top5: wilson(right.top5, right.of) };
  return {
    report: collected.report({
      model: {
        id: entry.id,
        sha256,
        activation: report.activation,
        preprocessing: entry.preprocessing,
        precision: ran,
      },
      classes,
      labelling,
      labelled: images.length,
    }),
    rows: [...csv.lines()],
  };
}

function isSame(file: File | undefined, { size, mtimeMs }: FileState): boolean {
  return file !== undefined && file.size === size && file.lastModified === mtimeMs;
}
