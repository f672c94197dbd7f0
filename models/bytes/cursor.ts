import { CheckpointError } from '../errors.ts';

/**
 * Reads little-endian fields one after the other and never past the end. Offsets in its errors are those of the file, also
 * where the bytes are a piece of it.
 */
export class Cursor {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #file: string;
  readonly #base: number;
  #position = 0;

  /**
   * @param file its name, for messages
   * @param base where in the file `bytes` begins
   */
  constructor(bytes: Uint8Array, file: string, base = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
    this.#base = base;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  /** Where in the file the next byte lies. */
  get offset(): number {
    return this.#base + this.#position;
  }

  get remaining(): number {
    return this.#bytes.byteLength - this.#position;
  }

  u8(): number {
    return this.#view.getUint8(this.#advance(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#advance(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** @throws CheckpointError `too-large` beyond 2^53 − 1, which is no size or offset of any file. */
  u64(): number {
    const at = this.#advance(8);
    const value = this.#view.getBigUint64(at, true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER))
      throw new CheckpointError(
        'too-large',
        `${this.#file}: the number at byte ${this.#base + at} is ${value}, more than any file holds. The file is damaged; get it again.`,
      );
    return Number(value);
  }

  /** Big-endian, as pickles alone write it. */
  f64BigEndian(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** The next `length` bytes, as a view. */
  bytes(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** The bytes before the next byte of value `stop`, as a view; that byte itself is passed over. Null where they are over `most`. */
  bytesUntil(stop: number, most: number): Uint8Array | null {
    const length = this.#bytes.subarray(this.#position, this.#position + most + 1).indexOf(stop);
    if (length < 0 && this.remaining > most) return null;
    if (length < 0) throw this.#truncated(this.remaining + 1);
    const found = this.bytes(length);
    this.skip(1);
    return found;
  }

  skip(length: number): void {
    this.#advance(length);
  }

  #advance(length: number): number {
    if (!(length >= 0 && length <= this.remaining)) throw this.#truncated(length);
    const at = this.#position;
    this.#position += length;
    return at;
  }

  #truncated(length: number): CheckpointError {
    return new CheckpointError(
      'truncated',
      `${this.#file}: ${length} bytes are needed at byte ${this.offset}, but only ${this.remaining} are left there. ` +
        'The file is incomplete or damaged; get it again.',
    );
  }
}
