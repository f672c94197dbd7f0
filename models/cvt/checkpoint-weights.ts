import { readAsUsed } from '../precision/convert.ts';
import type { CvtCheckpoint } from './open-cvt.ts';

/** Eight matrices of CvT-W24's last stage. */
const KEPT_BYTES = 32 * 2 ** 20;

/** The tensors of a checkpoint one by one, read when asked for; the latest are kept. */
export class CheckpointWeights {
  readonly checkpoint: CvtCheckpoint;
  readonly #keptBytes: number;
  /** In order of use, the least recent first. */
  readonly #kept = new Map<string, Float32Array>();
  #bytes = 0;

  constructor(checkpoint: CvtCheckpoint, keptBytes: number = KEPT_BYTES) {
    this.checkpoint = checkpoint;
    this.#keptBytes = keptBytes;
  }

  /**
   * @param key official state-dict key
   * @returns in the official shape, row-major; not to be written to
   * @throws CheckpointError where the file cannot be read any more; CancelledError
   */
  async read(key: string, signal?: AbortSignal): Promise<Float32Array> {
    const known = this.#kept.get(key);
    if (known) {
      this.#kept.delete(key);
      this.#kept.set(key, known);
      return known;
    }
    const values = await readAsUsed(this.checkpoint, key, signal);
    this.#keep(key, values);
    return values;
  }

  #keep(key: string, values: Float32Array): void {
    // Two that were asked for at once arrive one after the other.
    this.#bytes += values.byteLength - (this.#kept.get(key)?.byteLength ?? 0);
    this.#kept.delete(key);
    this.#kept.set(key, values);
    for (const [oldest, { byteLength }] of this.#kept) {
      if (this.#bytes <= this.#keptBytes) return;
      this.#kept.delete(oldest);
      this.#bytes -= byteLength;
    }
  }
}
