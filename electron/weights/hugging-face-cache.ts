import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import type { HubFile } from './hub-client.ts';

/**
 * The cache that huggingface_hub shares between programs: `models--owner--name/snapshots/<commit>/<file>`, links to
 * `blobs/<etag>`, where the etag of large files is their sha256; `refs/<revision>` holds a commit.
 * Source: huggingface_hub, "Understand caching". Nothing is ever written or deleted here.
 */
export interface CachedFile {
  readonly path: string;
  readonly size: number;
  /** By the name of its blob; null where the file system has no links. */
  readonly sha256: string | null;
  readonly commit: string;
}

/** Where the cache is: HF_HUB_CACHE, HF_HOME, XDG_CACHE_HOME, in huggingface_hub's order. */
export function huggingFaceCache(
  env: Readonly<Record<string, string | undefined>> = process.env,
  home: string = homedir(),
): string {
  const named = env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE;
  if (named) return named;
  if (env.HF_HOME) return join(env.HF_HOME, 'hub');
  return join(env.XDG_CACHE_HOME || join(home, '.cache'), 'huggingface', 'hub');
}

/**
 * The cached copies of `file`, the one that its revision stands for first.
 * @param sha256 where it is known, copies of any commit will do that claim to have it
 */
export async function findCached(cache: string, file: HubFile, sha256: string | null): Promise<readonly CachedFile[]> {
  const folder = join(cache, `models--${file.repository.replace('/', '--')}`);
  const commit = await readFile(join(folder, 'refs', ...file.revision.split('/')), 'utf8').then(
    (text) => text.trim(),
    () => file.revision,
  );
  const commits = await readdir(join(folder, 'snapshots')).catch((): string[] => []);
  const found: CachedFile[] = [];
  for (const name of commits.sort((a, b) => Number(b === commit) - Number(a === commit))) {
    if (name !== commit && sha256 === null) continue;
    const copy = await look(join(folder, 'snapshots', name, ...file.path.split('/')), name);
    if (copy && (name === commit || copy.sha256 === sha256)) found.push(copy);
  }
  return found;
}

async function look(path: string, commit: string): Promise<CachedFile | null> {
  try {
    const [{ size }, target] = await Promise.all([stat(path), realpath(path)]);
    const blob = basename(target);
    return { path, size, sha256: /^[0-9a-f]{64}$/.test(blob) ? blob : null, commit };
  } catch {
    return null;
  }
}
