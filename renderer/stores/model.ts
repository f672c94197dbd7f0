import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { Precision } from '../../models/precision/precision.ts';
import type { EngineProgress, ModelRef, ModelReport } from '../engine/protocol.ts';
import type { WorkProgress } from '../shell/model-library.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { askedPrecision } from './precision.ts';

/** The chosen model, on its way to the engine. */
export type ModelState =
  | { readonly kind: 'none' }
  /** Its weights are not on this machine, or not whole: the library's entry says what there is to do. */
  | { readonly kind: 'missing'; readonly id: string; readonly title: string }
  /** The library checks its weights. */
  | { readonly kind: 'opening'; readonly id: string; readonly title: string; readonly progress: WorkProgress | null }
  | {
      readonly kind: 'loading';
      readonly id: string;
      readonly title: string;
      readonly entry: ModelEntry;
      readonly progress: EngineProgress | null;
    }
  | {
      readonly kind: 'ready';
      readonly id: string;
      readonly title: string;
      readonly entry: ModelEntry;
      readonly report: ModelReport;
    }
  | { readonly kind: 'error'; readonly id: string; readonly title: string; readonly error: ErrorMessage };

interface ModelStore {
  /** The models that ship with the app. */
  readonly shipped: readonly ModelEntry[];
  readonly state: ModelState;
}

export const useModel = create<ModelStore>()(() => ({ shipped: [], state: { kind: 'none' } }));

/** What is known of the chosen model once its weights were found. */
export function entryOf(state: ModelState): ModelEntry | null {
  return state.kind === 'loading' || state.kind === 'ready' ? state.entry : null;
}

export function titleOf(state: ModelState): string | null {
  return state.kind === 'none' ? null : state.title;
}

/** The model that is ready to run, or null. */
export function readyModel(): { readonly entry: ModelEntry; readonly report: ModelReport } | null {
  const { state } = useModel.getState();
  return state.kind === 'ready' ? state : null;
}

/** What the chosen model runs in, or will as far as can be told. */
export function expectedPrecision(): Precision {
  return readyModel()?.report.precision.ran ?? askedPrecision();
}

/** What the engine needs to know of a model. */
export function modelRef(entry: ModelEntry): ModelRef {
  const precision = askedPrecision();
  return {
    id: entry.id,
    title: entry.title,
    weights: { kind: 'url', url: entry.weightsUrl },
    spec: entry.spec,
    activation: entry.activation,
    preprocessing: entry.preprocessing,
    ...(precision !== 'fp32' && { precision }),
  };
}
