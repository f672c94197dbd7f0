import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { EvaluationProgress } from '../../models/evaluation/evaluate-pictures.ts';
import type { Labelling } from '../../models/evaluation/labelled-images.ts';
import type { LabelsFile } from '../../models/evaluation/labels-file.ts';
import type { Share } from '../../models/evaluation/wilson.ts';
import type { EngineProgress } from '../engine/protocol.ts';
import type { EvaluationRecord } from '../evaluate/evaluation-record.ts';
import type { ClassNames } from '../evaluate/model-classes.ts';
import type { PictureFolder } from '../evaluate/picture-folder.ts';
import type { WorkProgress } from '../shell/model-library.ts';

/** What the labels of the chosen folder mean to a model. */
export type Understanding =
  | { readonly kind: 'reading' }
  | { readonly kind: 'read'; readonly numClasses: number; readonly labelling: Labelling }
  | { readonly kind: 'failed'; readonly error: ErrorMessage };

/** An evaluation that is being put together. */
export interface Draft {
  readonly folder: PictureFolder | null;
  /** Files that were found so far while a folder is searched; null while none is. */
  readonly searching: number | null;
  /** The user's, or the folder's own. */
  readonly labels: LabelsFile | null;
  readonly classNames: ClassNames | null;
  readonly models: readonly string[];
  /** By model. */
  readonly understood: Readonly<Record<string, Understanding>>;
  /** What could not be taken, and why. */
  readonly trouble: string | null;
}

/** Where the evaluation that runs is. */
export interface EvaluationRunState {
  readonly id: string;
  /** Index of the model that is being measured. */
  readonly model: number;
  readonly step:
    | { readonly kind: 'opening'; readonly progress: WorkProgress | null }
    | { readonly kind: 'loading'; readonly progress: EngineProgress | null }
    | { readonly kind: 'measuring'; readonly progress: EvaluationProgress };
  /** So far; null before the first picture. */
  readonly top1: Share | null;
  readonly top5: Share | null;
}

interface EvaluateState {
  /** The latest first, those taken out of the list included; null until they are read. */
  readonly records: readonly EvaluationRecord[] | null;
  /** Why they could not be read or written. */
  readonly trouble: ErrorMessage | null;
  /** The evaluation that is looked at; null: the draft. */
  readonly shown: string | null;
  readonly draft: Draft;
  readonly run: EvaluationRunState | null;
  /** What ended an evaluation before its end, by id. */
  readonly stopped: Readonly<Record<string, ErrorMessage>>;
  /** Evaluations that another window measures just now. */
  readonly elsewhere: ReadonlySet<string>;
  /** Folders that are at hand, by evaluation. After a restart none is, until it is chosen again. */
  readonly folders: Readonly<Record<string, PictureFolder>>;
}

export const EMPTY_DRAFT: Draft = {
  folder: null,
  searching: null,
  labels: null,
  classNames: null,
  models: [],
  understood: {},
  trouble: null,
};

export const useEvaluate = create<EvaluateState>()(() => ({
  records: null,
  trouble: null,
  shown: null,
  draft: EMPTY_DRAFT,
  run: null,
  stopped: {},
  elsewhere: new Set(),
  folders: {},
}));

export function recordById(id: string | null): EvaluationRecord | null {
  return useEvaluate.getState().records?.find((record) => record.id === id) ?? null;
}

export function changeDraft(change: Partial<Draft>): void {
  useEvaluate.setState(({ draft }) => ({ draft: { ...draft, ...change } }));
}
