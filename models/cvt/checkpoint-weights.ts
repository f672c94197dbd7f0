import { readTensor } from '../formats/read-tensor.ts';
import { asUsed } from '../precision/convert.ts';
import type { Precision } from '../precision/precision.ts';
import type { CvtCheckpoint } from './open-cvt.ts';

/** Eight matrices of CvT-W24's last stage. */
const KEPT_BYTES = 32 * 2 ** 20;

/** The tensors of a checkpoint one by one, read when asked for; the latest are kept. */
export class CheckpointWeights {
  readonly checkpoint: CvtCheckpoint;
  readonly #precision: Precision;
  readonly #keptBytes: number;
  /** In order of use, the least recent first. */
  readonly #kept = new Map<string, Float32Array>();
  #bytes = 0;

  /** @param precision of the network that the weights are asked about: they are rounded as it rounds them */
  constructor(checkpoint: CvtCheckpoint, precision: Precision = 'fp32', keptBytes: number = KEPT_BYTES) {
    this.checkpoint = checkpoint;
    this.#precision = precision;
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
    const entry = this.checkpoint.tensors.get(key);
    if (!entry) throw new RangeError(`${key} is not part of ${this.checkpoint.name}.`);
    const read = await readTensor(this.checkpoint.source, entry, signal);
    const values = asUsed(key, read, entry.shape, this.#precision);
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
