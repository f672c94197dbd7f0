import { DownloadError, LensError } from '../../models/errors.ts';

/** A refusal of the file system as an error with the way out. Errors of ours, and what is no such refusal, stay themselves. */
export function diskFailure(path: string, cause: unknown): unknown {
  if (cause instanceof LensError) return cause;
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return cause;
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT')
    return new DownloadError(
      'no-space',
      `${path}: the disk is full. Make room, or move the weights to another disk, then go on; what has arrived is kept.`,
      { cause },
    );
  return new DownloadError(
    'unwritable',
    `${path}: the file system refuses (${cause.message}). Check the folder's permissions, or choose another folder for weights.`,
    { cause },
  );
}

/** Runs `work` with the file system's refusals translated by {@link diskFailure}. */
export async function onDisk<Value>(path: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    throw diskFailure(path, error);
  }
}

export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
