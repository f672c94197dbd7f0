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

/**
 * What is looked at, without how its picture stands: the same object while the picture waits, runs and has its answer ahead of its
 * maps. What shows no more than this need not be drawn again meanwhile.
 */
export type Scene = Omit<Subject, 'image'>;

/**
 * The caller keeps the answer where its identity matters.
 * @param before whose parts are taken over where they are equal
 */
export function subjectOf(image: TrayImage | null, model: ModelState, before: Subject | null = null): Subject {
  const entry = entryOf(model);
  const report = model.kind === 'ready' ? model.report : null;
  // A result of another model has nothing to say about this one's stages.
  const done = image?.status.kind === 'done' ? image.status.analysis : null;
  const analysis = done && report && done.modelId === report.id ? done : null;
  const window = steady(before?.window, analysis?.window ?? expectedWindow(image, entry));
  const isSameInput = before !== null && before.report === report && before.window === window;
  return {
    image,
    entry,
    report,
    analysis,
    stages: steady(before?.stages, analysis?.stages ?? report?.stages ?? []),
    window,
    tiles: isSameInput ? before.tiles : report && window ? tilesFor(report, window) : null,
  };
}

/** A picture's answer says of its input what was expected of it, as a rule. */
function steady<Value>(before: Value | undefined, now: Value): Value {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
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
    last = { image, model, input, subject: subjectOf(image, model, last?.subject) };
  return last.subject;
}

let lastScene: Scene | null = null;

/** The scene of now; the same object as long as nothing about it has changed. */
export function currentScene(): Scene {
  const { image: _, ...scene } = currentSubject();
  const before = lastScene;
  if (before && SCENE.every((key) => before[key] === scene[key])) return before;
  lastScene = scene;
  return scene;
}

const SCENE = ['entry', 'report', 'analysis', 'stages', 'window', 'tiles'] as const satisfies readonly (keyof Scene)[];

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
