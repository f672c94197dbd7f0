import { CheckpointError, throwIfCancelled } from '../errors.ts';

/** A half-open range of bytes, `start` to `end` (exclusive). */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * A file, or anything else with bytes at offsets, that is read in pieces: checkpoints are up to 1.1 GB and their readers
 * need a few kilobytes of them.
 */
export interface ByteSource {
  /** The file's name, for messages. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /**
   * The bytes of `range`.
   * @throws CheckpointError `truncated` where the range reaches beyond the end; CancelledError once `signal` fires.
   */
  read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array>;
}

/** @throws CheckpointError `truncated` unless `range` lies inside `source`. */
export function checkRange(source: { readonly name: string; readonly size: number }, range: ByteRange): void {
  const { start, end } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end) || start < 0 || end < start || end > source.size)
    throw new CheckpointError(
      'truncated',
      `${source.name}: bytes ${start} to ${end} are needed, but the file has ${source.size}. It is incomplete or damaged; get it again.`,
    );
}

/** Bytes that are in memory already. Reads are views, not copies. */
export class MemorySource implements ByteSource {
  readonly name: string;
  readonly #bytes: Uint8Array;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.#bytes = bytes;
  }

  get size(): number {
    return this.#bytes.byteLength;
  }

  async read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfCancelled(signal);
    checkRange(this, range);
    return this.#bytes.subarray(range.start, range.end);
  }
}

/** A `Blob` or `File`; only the asked-for slice is brought into memory. */
export class BlobSource implements ByteSource {
  readonly name: string;
  readonly #blob: Blob;

  constructor(name: string, blob: Blob) {
    this.name = name;
    this.#blob = blob;
  }

  get size(): number {
    return this.#blob.size;
  }

  async read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfCancelled(signal);
    checkRange(this, range);
    const bytes = new Uint8Array(await this.#blob.slice(range.start, range.end).arrayBuffer());
    throwIfCancelled(signal);
    return bytes;
  }
}
