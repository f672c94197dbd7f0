import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { throwIfCancelled } from '../../models/errors.ts';
import type { FileState } from '../../models/evaluation/journal-entry.ts';
import { inOrder } from '../../models/in-order.ts';

/** Enough to keep a network disk busy. */
const AT_ONCE = Math.max(16, 4 * availableParallelism());

/** Null where there is no such file, or none that can be looked at. */
export async function readFileState(path: string): Promise<FileState | null> {
  return stat(path).then(
    ({ size, mtimeMs }) => ({ size, mtimeMs }),
    () => null,
  );
}

/** Sizes and dates of many files, in two numbers each. */
export class FileStates {
  readonly #sizes: Float64Array;
  readonly #dates: Float64Array;

  private constructor(count: number) {
    this.#sizes = new Float64Array(count).fill(Number.NaN);
    this.#dates = new Float64Array(count).fill(Number.NaN);
  }

  /** @param paths relative to `folder` @throws CancelledError */
  static async read(folder: string, paths: readonly string[], signal: AbortSignal): Promise<FileStates> {
    const states = new FileStates(paths.length);
    let index = 0;
    for await (const state of inOrder(paths, AT_ONCE, (path) => readFileState(join(folder, path)))) {
      throwIfCancelled(signal);
      if (state !== null) {
        states.#sizes[index] = state.size;
        states.#dates[index] = state.mtimeMs;
      }
      index++;
    }
    return states;
  }

  /** Whether file `index` is in this state now; never where it could not be looked at. */
  matches(index: number, { size, mtimeMs }: FileState): boolean {
    return this.#sizes[index] === size && this.#dates[index] === mtimeMs;
  }
}
