import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { type ByteRange, type ByteSource, checkRange } from '../../models/bytes/byte-source.ts';
import { CheckpointError, reasonOf, throwIfCancelled } from '../../models/errors.ts';

/** A file on disk, read in ranges. */
export class FileSource implements ByteSource {
  readonly name: string;
  readonly size: number;
  readonly #file: FileHandle;

  private constructor(name: string, size: number, file: FileHandle) {
    this.name = name;
    this.size = size;
    this.#file = file;
  }

  /** The caller closes it. @throws CheckpointError `unreadable` */
  static async open(path: string): Promise<FileSource> {
    let file: FileHandle | undefined;
    try {
      file = await open(path, 'r');
      const status = await file.stat();
      if (!status.isFile()) throw new CheckpointError('unreadable', `${path}: not a file. Give the checkpoint itself.`);
      return new FileSource(basename(path), status.size, file);
    } catch (error) {
      await file?.close();
      if (error instanceof CheckpointError) throw error;
      const reason = reasonOf(error);
      throw new CheckpointError('unreadable', `${path}: could not be opened (${reason}).`, { cause: error });
    }
  }

  async read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfCancelled(signal);
    checkRange(this, range);
    const bytes = new Uint8Array(range.end - range.start);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await this.#file.read(bytes, filled, bytes.length - filled, range.start + filled);
      throwIfCancelled(signal);
      if (bytesRead === 0)
        throw new CheckpointError('truncated', `${this.name}: the file became shorter while it was read. Try again.`);
      filled += bytesRead;
    }
    return bytes;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
