import { randomBytes } from 'node:crypto';
import { access, open, rename, rm } from 'node:fs/promises';
import { reasonOf, ShellError, throwIfCancelled } from '../../models/errors.ts';

/** @throws ShellError `output-exists` */
export async function refuseExisting(out: string): Promise<void> {
  const exists = await access(out).then(
    () => true,
    () => false,
  );
  if (exists)
    throw new ShellError('output-exists', `${out} exists already. Choose another name, or replace it with --force.`);
}

/**
 * Streams a result to a temporary name beside `out` and renames it when it is whole and on the disk.
 * @throws ShellError `output-unwritable`; CancelledError
 */
export async function writeOutput(
  out: string,
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const temporary = `${out}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await openForWriting(temporary);
    try {
      for await (const bytes of pieces) {
        throwIfCancelled(signal);
        await file.writeFile(bytes);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, out);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function openForWriting(path: string) {
  try {
    return await open(path, 'wx');
  } catch (error) {
    throw new ShellError('output-unwritable', `${path}: cannot be written (${reasonOf(error)}).`, {
      cause: error,
    });
  }
}
