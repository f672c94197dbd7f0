import { inputWindow } from '../../models/image/preprocess.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import type { Analysis, ModelReport, StageReport } from '../engine/protocol.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { selectedImage, type TrayImage, useImages } from '../stores/images.ts';
import { entryOf, type ModelState, useModel } from '../stores/model.ts';
import { type StageTiles, stageTiles } from './tiles.ts';

/** What is looked at: the chosen picture, and what the chosen model knows of it. */
export interface Subject {
  readonly image: TrayImage | null;
  readonly entry: ModelEntry | null;
  readonly report: ModelReport | null;
  /** Null until the picture is done; never of another model. */
  readonly analysis: Analysis | null;
  /** The stages at the picture's input size; the model's own until it is analysed. Empty without a model. */
  readonly stages: readonly StageReport[];
  /** What of the picture the network sees; known before the analysis. */
  readonly window: InputWindow | null;
  readonly tiles: readonly StageTiles[] | null;
}

/** A pure function of the two: the caller keeps the answer where its identity matters. */
export function subjectOf(image: TrayImage | null, model: ModelState): Subject {
  const entry = entryOf(model);
  const report = model.kind === 'ready' ? model.report : null;
  // A result of another model has nothing to say about this one's stages.
  const done = image?.status.kind === 'done' ? image.status.analysis : null;
  const analysis = done && report && done.modelId === report.id ? done : null;
  const window = analysis?.window ?? expectedWindow(image, entry);
  return {
    image,
    entry,
    report,
    analysis,
    stages: analysis?.stages ?? report?.stages ?? [],
    window,
    tiles: report && window ? stageTiles(report, window) : null,
  };
}

let last: { readonly image: TrayImage | null; readonly model: ModelState; readonly subject: Subject } | null = null;

/** The subject of now; the same object as long as nothing about it has changed. */
export function currentSubject(): Subject {
  const image = selectedImage(useImages.getState());
  const model = useModel.getState().state;
  if (last?.image !== image || last.model !== model) last = { image, model, subject: subjectOf(image, model) };
  return last.subject;
}

const windows = new WeakMap<object, WeakMap<ModelEntry, InputWindow>>();

/** Before the analysis; one object per picture and model, by which tiles are known again. */
function expectedWindow(image: TrayImage | null, entry: ModelEntry | null): InputWindow | null {
  const size = image?.size;
  if (!size || !entry) return null;
  const known = windows.get(size) ?? new WeakMap<ModelEntry, InputWindow>();
  windows.set(size, known);
  const window = known.get(entry) ?? inputWindow(size.width, size.height, entry.preprocessing);
  known.set(entry, window);
  return window;
}
