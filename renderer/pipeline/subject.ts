import { LensError } from '../../models/errors.ts';
import type { InputChoice } from '../../models/image/input-size.ts';
import { inputWindow } from '../../models/image/preprocess.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import type { Analysis, ModelReport, StageReport } from '../engine/protocol.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { selectedImage, type TrayImage, useImages } from '../stores/images.ts';
import { preprocessingFor } from '../stores/input.ts';
import { entryOf, type ModelState, useModel } from '../stores/model.ts';
import { useSettings } from '../stores/settings.ts';
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

/** The caller keeps the answer where its identity matters. */
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
    tiles: report && window ? tilesFor(report, window) : null,
  };
}

interface Known {
  readonly image: TrayImage | null;
  readonly model: ModelState;
  /** The chosen input size, which the window of a picture that is not analysed yet follows from. */
  readonly input: InputChoice;
  readonly subject: Subject;
}

let last: Known | null = null;

/** The subject of now; the same object as long as nothing about it has changed. */
export function currentSubject(): Subject {
  const image = selectedImage(useImages.getState());
  const model = useModel.getState().state;
  const { input } = useSettings.getState();
  if (last?.image !== image || last.model !== model || last.input !== input)
    last = { image, model, input, subject: subjectOf(image, model) };
  return last.subject;
}

/** What the network will see, before the analysis says what it saw. */
function expectedWindow(image: TrayImage | null, entry: ModelEntry | null): InputWindow | null {
  if (!image?.size || !entry) return null;
  return inputWindow(image.size.width, image.size.height, preprocessingFor(image, entry));
}

/** Null for a size that the network would shrink to nothing: the engine says so when it is asked to run it. */
function tilesFor(report: ModelReport, window: InputWindow): readonly StageTiles[] | null {
  try {
    return stageTiles(report, window);
  } catch (error) {
    if (error instanceof LensError) return null;
    throw error;
  }
}
