import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DownloadError } from '../../models/errors.ts';
import type { InstalledModel } from '../weights/library-event.ts';
import { parseModelId } from '../weights/model-id.ts';
import { openLibrary } from '../weights/open-library.ts';
import { callerPath } from './command.ts';

export interface FoundCheckpoint {
  readonly path: string;
  /** The library's id, or the file's name. */
  readonly id: string;
  /** What the library knows about it; null for a file of the user's. */
  readonly model: InstalledModel | null;
}

const CHECKPOINT_FILE = /\.(safetensors|pth|pt|bin|ckpt|pdparams|h5|tar)$/i;

/**
 * What a command line means by a checkpoint: a file where there is one, else a model of the library by its id. That a file
 * is there and can be read is for whoever opens it.
 * @throws DownloadError `not-installed`, `stored-file-broken`; CancelledError
 */
export async function findCheckpoint(word: string, signal: AbortSignal): Promise<FoundCheckpoint> {
  const path = callerPath(word);
  const file: FoundCheckpoint = { path, id: basename(path), model: null };
  const id = parseModelId(word);
  if (id === null || (id.kind === 'repository' && CHECKPOINT_FILE.test(word)) || (await isFile(path))) return file;
  const { library, close } = await openLibrary();
  try {
    const model = await library.use(id.id, { signal });
    return { path: model.path, id: model.id, model };
  } catch (error) {
    if (!(error instanceof DownloadError) || error.code !== 'not-installed') throw error;
    throw new DownloadError(
      'not-installed',
      `${word}: there is no such file, and no model of this id on this machine. ` +
        (id.kind === 'imported' ? '"cvt models" lists what is there.' : `Get it with "cvt pull ${id.id}".`),
    );
  } finally {
    await close();
  }
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}
