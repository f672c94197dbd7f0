import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { type ByteRange, type ByteSource, checkRange } from '../../models/bytes/byte-source.ts';
import { CheckpointError, LensError, reasonOf, throwIfCancelled } from '../../models/errors.ts';

/**
 * A checkpoint on disk, opened for each read and closed again, so that nobody has to. Reads are synchronous: that is what the runtime
 * asks for, and a small read from the system's cache takes less than handing it to a thread.
 */
export class DiskCheckpoint implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #path: string;
  readonly #version: string;

  /**
   * @param version that the file must still have; by default, the one that it has now
   * @throws CheckpointError `unreadable`
   */
  constructor(path: string, version?: string) {
    this.name = basename(path);
    this.#path = path;
    const found = this.#open((file) => statusOf(file));
    this.size = found.size;
    this.#version = version ?? found.version;
    if (found.version !== this.#version) throw this.#changed();
  }

  /** With which another thread opens the very same file. */
  get place(): { readonly path: string; readonly version: string } {
    return { path: this.#path, version: this.#version };
  }

  /** @throws CheckpointError `unreadable` also where the file is another than when it was opened first; CancelledError */
  async read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfCancelled(signal);
    const bytes = new Uint8Array(range.end - range.start);
    this.readInto(bytes, range.start);
    return bytes;
  }

  /** Fills `bytes` with the file's from `start` on. @throws as {@link read} */
  readInto(bytes: Uint8Array, start: number): void {
    checkRange(this, { start, end: start + bytes.byteLength });
    this.#open((file) => {
      if (statusOf(file).version !== this.#version) throw this.#changed();
      let filled = 0;
      while (filled < bytes.byteLength) {
        const count = readSync(file, bytes, filled, bytes.byteLength - filled, start + filled);
        if (count === 0) throw this.#changed();
        filled += count;
      }
    });
  }

  #open<T>(use: (file: number) => T): T {
    let file: number | null = null;
    try {
      file = openSync(this.#path, 'r');
      return use(file);
    } catch (error) {
      if (error instanceof LensError) throw error;
      throw new CheckpointError('unreadable', `${this.#path}: could not be read (${reasonOf(error)}).`, {
        cause: error,
      });
    } finally {
      if (file !== null) closeSync(file);
    }
  }

  #changed(): CheckpointError {
    return new CheckpointError('unreadable', `${this.#path}: the file changed while it was read. Try again.`);
  }
}

/** What tells one version of a file from another. */
function statusOf(file: number): { readonly size: number; readonly version: string } {
  const { size, mtimeMs, ino } = fstatSync(file);
  return { size, version: `${ino} ${size} ${mtimeMs}` };
}

/**
 * The same file as the array of bytes that onnxruntime-web takes for external data: it asks for one weight after the other by `subarray` and
 * copies each at once. A gigabyte is so never in memory beside the runtime's own copy.
 */
export class DiskBytes extends Uint8Array<ArrayBuffer> {
  /** What the last read ended in; the runtime says of it only that something did. */
  failure: unknown = null;
  readonly #file: DiskCheckpoint;
  /** Memory that is asked for anew for each weight costs more than the reading. */
  #lent = new Uint8Array();

  constructor(file: DiskCheckpoint) {
    super(new ArrayBuffer(0));
    this.#file = file;
  }

  /** Of the file; see {@link DiskCheckpoint}. */
  get place(): DiskCheckpoint['place'] {
    return this.#file.place;
  }

  override get byteLength(): number {
    return this.#file.size;
  }

  /** Lent until the next call. */
  override subarray(start = 0, end = this.byteLength): Uint8Array<ArrayBuffer> {
    if (this.#lent.byteLength < end - start) this.#lent = new Uint8Array(end - start);
    const bytes = this.#lent.subarray(0, end - start);
    try {
      this.#file.readInto(bytes, start);
    } catch (error) {
      this.failure = error;
      throw error;
    }
    return bytes;
  }
}
