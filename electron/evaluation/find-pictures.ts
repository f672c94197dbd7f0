import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EvaluationError, throwIfCancelled } from '../../models/errors.ts';
import { byCodeUnits } from '../../models/evaluation/top-list.ts';
import { kindOfName } from '../../renderer/pipeline/file-kinds.ts';

export interface FoundPictures {
  /** Relative to the folder, with forward slashes, in the order of their code units. */
  readonly paths: readonly string[];
  /** Sub-folders that could not be read. */
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[];
}

/**
 * All pictures below a folder, by their names. Hidden files and folders are skipped; links are followed, but never into a
 * folder that they lie in.
 * @throws EvaluationError `folder-unreadable`; CancelledError
 */
export async function findPictures(folder: string, signal: AbortSignal): Promise<FoundPictures> {
  const paths: string[] = [];
  const unreadable: FoundPictures['unreadable'][number][] = [];

  async function search(below: string, around: ReadonlySet<string>): Promise<void> {
    throwIfCancelled(signal);
    const real = await realpath(join(folder, below));
    if (around.has(real)) return;
    const inside = new Set([...around, real]);
    for (const entry of await readdir(real, { withFileTypes: true })) {
      if (entry.name.startsWith('.')) continue;
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() || (entry.isSymbolicLink() && (await isFolder(join(folder, path))))) {
        await search(path, inside).catch((error: unknown) => {
          if (!isFileSystemError(error)) throw error;
          unreadable.push({ folder: path, reason: error.code });
        });
      } else if ((entry.isFile() || entry.isSymbolicLink()) && kindOfName(entry.name) === 'picture') paths.push(path);
    }
  }

  try {
    await search('', new Set());
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    const reason =
      error.code === 'ENOTDIR' ? 'it is a file' : error.code === 'ENOENT' ? 'it is not there' : error.message;
    throw new EvaluationError('folder-unreadable', `${folder}: the folder could not be read (${reason}).`, {
      cause: error,
    });
  }
  return {
    paths: paths.sort(byCodeUnits),
    unreadable: unreadable.sort((a, b) => byCodeUnits(a.folder, b.folder)),
  };
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}

function isFileSystemError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string';
}
