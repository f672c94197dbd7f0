import { type ByteSource, checkRange } from '../../bytes/byte-source.ts';
import { Cursor } from '../../bytes/cursor.ts';
import { CheckpointError, type CheckpointErrorCode } from '../../errors.ts';
import { MAX_STRUCTURE_BYTES, PAGE_BYTES } from './limits.ts';

/** An address that points nowhere: all bits set, in the eight bytes that addresses have here. */
const UNDEFINED_ADDRESS = 2n ** 64n - 1n;

/** The structure of an HDF5 file, read in pages that are kept, so that neighbours cost one read. Tensor data is not read here. */
export class Structure {
  readonly source: ByteSource;
  readonly #signal: AbortSignal | undefined;
  readonly #pages = new Map<number, Promise<Uint8Array>>();
  #asked = 0;

  constructor(source: ByteSource, signal?: AbortSignal) {
    this.source = source;
    this.#signal = signal;
  }

  /** @throws CheckpointError `truncated` where the bytes are not all there, `too-large` where the file asks for endless work */
  async at(offset: number, length: number): Promise<Cursor> {
    const end = offset + length;
    checkRange(this.source, { start: offset, end });
    this.#asked += length + 1;
    if (this.#asked > MAX_STRUCTURE_BYTES)
      throw this.error('too-large', `the structure is more than ${MAX_STRUCTURE_BYTES} bytes`);
    const bytes = new Uint8Array(length);
    for (let page = Math.floor(offset / PAGE_BYTES); page * PAGE_BYTES < end; page++) {
      const content = await this.#page(page);
      const from = page * PAGE_BYTES;
      const start = Math.max(offset, from);
      bytes.set(content.subarray(start - from, Math.min(end, from + PAGE_BYTES) - from), start - offset);
    }
    return new Cursor(bytes, this.source.name, offset);
  }

  error(code: CheckpointErrorCode, text: string): CheckpointError {
    return new CheckpointError(code, `${this.source.name}: in this HDF5 file ${text}.${ADVICE[code] ?? ''}`);
  }

  /** @throws CheckpointError `corrupt` unless `cursor` goes on with `signature` */
  expect(cursor: Cursor, signature: string, what: string): void {
    const at = cursor.offset;
    const found = String.fromCharCode(...cursor.bytes(signature.length));
    if (found !== signature) throw this.error('corrupt', `there is no ${what} at byte ${at}, where one is announced`);
  }

  #page(index: number): Promise<Uint8Array> {
    const known = this.#pages.get(index);
    if (known) return known;
    const start = index * PAGE_BYTES;
    const page = this.source.read({ start, end: Math.min(this.source.size, start + PAGE_BYTES) }, this.#signal);
    this.#pages.set(index, page);
    return page;
  }
}

/** An eight-byte address; null where it is undefined. */
export function readAddress(cursor: Cursor): number | null {
  const bytes = cursor.bytes(8);
  const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (value === UNDEFINED_ADDRESS) return null;
  // Beyond 2^53 no file reaches; the range check refuses it as it refuses any address outside.
  return Number(value);
}

/** The way out, by code. */
const ADVICE: Partial<Record<CheckpointErrorCode, string>> = {
  corrupt: ' The file is damaged; get it again.',
  unsupported: ' Rewrite it with HDF5’s own tool: h5repack --low=0 --filter=NONE --layout=CONTI OLD.h5 NEW.h5.',
};
