import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { throwIfCancelled } from '../../models/errors.ts';

const STEP = 1 << 20;

/** Something that is read at positions. */
export interface Readable {
  read(into: Uint8Array, position: number): Promise<number>;
}

export interface HashOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes hashed so far. */
  readonly progress?: ((done: number) => void) | undefined;
}

/** Feeds `file` from its start to `end` into `hash`; resolves with the count of bytes, less where the file is shorter. */
export async function hashRange(file: Readable, end: number, hash: Hash, options: HashOptions = {}): Promise<number> {
  const buffer = new Uint8Array(Math.min(STEP, Math.max(1, end)));
  let done = 0;
  while (done < end) {
    throwIfCancelled(options.signal);
    const count = await file.read(buffer.subarray(0, Math.min(buffer.length, end - done)), done);
    if (count === 0) break;
    hash.update(buffer.subarray(0, count));
    done += count;
    options.progress?.(done);
  }
  return done;
}

/** The sha256 of a file, lower-case hexadecimal. */
export async function sha256OfFile(path: string, options: HashOptions = {}): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const hash = createHash('sha256');
    const readable: Readable = {
      read: async (into, position) => (await file.read(into, 0, into.length, position)).bytesRead,
    };
    await hashRange(readable, size, hash, options);
    return hash.digest('hex');
  } finally {
    await file.close();
  }
}
