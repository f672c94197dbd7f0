import { statfs } from 'node:fs/promises';
import { DownloadError } from '../../models/errors.ts';

/** Bytes that are free to this user on the disk of `folder`, which exists; null where the system does not say. */
export type FreeSpace = (folder: string) => Promise<number | null>;

export const freeSpace: FreeSpace = async (folder) => {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    // Some network file systems do not answer; writing will show.
    return null;
  }
};

/** Left free beside a download: a disk that is full to the last byte breaks other programs. */
const RESERVE = 64 * 2 ** 20;

/** @throws DownloadError `no-space` */
export async function checkSpace(what: string, folder: string, needed: number, ask: FreeSpace): Promise<void> {
  const free = await ask(folder);
  if (free === null || free >= needed + RESERVE) return;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`;
  throw new DownloadError(
    'no-space',
    `${what}: ${megabytes(needed)} more are needed in ${folder}, and ${megabytes(RESERVE)} to spare, but ${megabytes(free)} are free. ` +
      'Make room, or move the weights to another disk.',
  );
}
