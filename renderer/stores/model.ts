import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { EngineProgress, ModelRef, ModelReport } from '../engine/protocol.ts';
import type { ModelEntry } from '../shell/shell.ts';

export type ModelState =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly entry: ModelEntry; readonly progress: EngineProgress | null }
  | { readonly kind: 'ready'; readonly entry: ModelEntry; readonly report: ModelReport }
  | { readonly kind: 'error'; readonly entry: ModelEntry; readonly error: ErrorMessage };

interface ModelStore {
  readonly entries: readonly ModelEntry[];
  readonly state: ModelState;
}

export const useModel = create<ModelStore>()(() => ({ entries: [], state: { kind: 'none' } }));

/** The model that is ready to run, or null. */
export function readyModel(): { readonly entry: ModelEntry; readonly report: ModelReport } | null {
  const { state } = useModel.getState();
  return state.kind === 'ready' ? state : null;
}

/** What the engine needs to know of a catalogue entry. */
export function modelRef(entry: ModelEntry): ModelRef {
  return {
    id: entry.id,
    title: entry.title,
    weights: { kind: 'url', url: entry.weightsUrl },
    spec: entry.spec,
    activation: entry.activation,
    preprocessing: entry.preprocessing,
  };
}
