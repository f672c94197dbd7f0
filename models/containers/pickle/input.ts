import { type ByteSource, checkRange } from '../../bytes/byte-source.ts';
import { Cursor } from '../../bytes/cursor.ts';
import { CheckpointError } from '../../errors.ts';
import { FIRST_WINDOW_BYTES, MAX_INLINE_TEXT, MAX_OPCODE_BYTES, MAX_PICKLE_BYTES, MAX_WINDOW_BYTES } from './limits.ts';
import { PickleExtent, type PickleValue } from './values.ts';

/** Where the machine takes its bytes from. */
export interface PickleInput {
  /** The bytes at hand; enough for any opcode but the content of bytes and text. */
  readonly cursor: Cursor;
  /** How many bytes there are from here on. */
  readonly remaining: number;
  /** The content of a bytes object. */
  bytes(length: number): Uint8Array | PickleExtent;
  /** The content of a text. @param decode throws where it is not UTF-8 */
  text(length: number, decode: (bytes: Uint8Array) => string): PickleValue;
  extentOf(text: string): PickleExtent | null;
}

/** A pickle that is in memory whole; so is what it holds. */
export class MemoryInput implements PickleInput {
  readonly cursor: Cursor;

  constructor(cursor: Cursor) {
    this.cursor = cursor;
  }

  get remaining(): number {
    return this.cursor.remaining;
  }

  bytes(length: number): Uint8Array {
    return this.cursor.bytes(length);
  }

  text(length: number, decode: (bytes: Uint8Array) => string): string {
    return decode(this.cursor.bytes(length));
  }

  extentOf(): null {
    return null;
  }
}

/**
 * A pickle in a file, of any size: a small window moves over its opcodes, and the content of bytes and of long texts is
 * passed over and stands as {@link PickleExtent}. What is read is limited, not the size of the file.
 */
export class WindowInput implements PickleInput {
  cursor: Cursor;
  readonly #source: ByteSource;
  /** Where the window ends in the file. */
  #windowEnd: number;
  #nextBytes = FIRST_WINDOW_BYTES;
  #bytesRead = 0;
  readonly #texts = new Map<string, PickleExtent>();

  /** @param start where in the file the pickle begins */
  constructor(source: ByteSource, start: number) {
    this.#source = source;
    this.#windowEnd = start;
    this.cursor = new Cursor(new Uint8Array(), source.name, start);
  }

  get remaining(): number {
    return this.#source.size - this.cursor.offset;
  }

  /** Whether {@link fill} must be called before the next opcode. */
  get isLow(): boolean {
    return this.cursor.remaining < MAX_OPCODE_BYTES && this.#windowEnd < this.#source.size;
  }

  /** Moves the window on. It grows while opcodes follow each other, and starts small again after content was passed over. */
  async fill(signal?: AbortSignal): Promise<void> {
    const start = this.cursor.offset;
    const end = Math.min(this.#source.size, start + this.#nextBytes);
    this.#bytesRead += end - start;
    if (this.#bytesRead > MAX_PICKLE_BYTES)
      throw new CheckpointError(
        'too-large',
        `${this.#source.name}: the pickle is more than ${MAX_PICKLE_BYTES} bytes without its arrays. Save the model's state_dict() alone.`,
      );
    this.cursor = new Cursor(await this.#source.read({ start, end }, signal), this.#source.name, start);
    this.#windowEnd = end;
    this.#nextBytes = Math.min(2 * this.#nextBytes, MAX_WINDOW_BYTES);
  }

  bytes(length: number): PickleExtent {
    return this.#passOver('bytes', length);
  }

  text(length: number, decode: (bytes: Uint8Array) => string): string | PickleExtent {
    if (length > MAX_INLINE_TEXT) return this.#passOver('text', length);
    const start = this.cursor.offset;
    const text = decode(this.cursor.bytes(length));
    this.#texts.set(text, new PickleExtent('text', start, start + length));
    return text;
  }

  /** Equal texts have equal bytes, so the last of several places does for all. */
  extentOf(text: string): PickleExtent | null {
    return this.#texts.get(text) ?? null;
  }

  #passOver(kind: 'bytes' | 'text', length: number): PickleExtent {
    const start = this.cursor.offset;
    const end = start + length;
    checkRange(this.#source, { start, end });
    if (length <= this.cursor.remaining) this.cursor.skip(length);
    else {
      this.cursor = new Cursor(new Uint8Array(), this.#source.name, end);
      this.#windowEnd = end;
      this.#nextBytes = FIRST_WINDOW_BYTES;
    }
    return new PickleExtent(kind, start, end);
  }
}
