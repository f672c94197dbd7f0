import { join } from 'node:path';
import type { Library } from '../../../electron/weights/library.ts';
import type { ModelState } from '../../../renderer/shell/library-entry.ts';

/** The signal of a caller that never gives up. */
export const running = new AbortController().signal;
/** A hub slow enough that a download can be met halfway. */
export const slow = { kind: 'slow', chunk: 8_192, pauseMs: 5 } as const;

/** Resolves at the first state of `id` that `wanted` accepts. */
export function reaches(library: Library, id: string, wanted: (state: ModelState) => boolean): Promise<ModelState> {
  return new Promise((resolve) => {
    const stop = library.subscribe((event) => {
      if (event.kind !== 'entry' || event.entry.id !== id || !wanted(event.entry.state)) return;
      stop();
      resolve(event.entry.state);
    });
  });
}

export const arrived = (state: ModelState) => state.kind === 'downloading' && state.received > 0;
/** Where the tiny model's weights lie in a library's `folder`. */
export const weightsIn = (folder: string) => join(folder, 'models', 'someone--cvt-tiny', 'model.safetensors');
