import { mkdir, readFile, rm } from 'node:fs/promises';
import { CheckpointError, LensError } from '../../models/errors.ts';
import { sha256OfFile } from './checksum.ts';
import { onDisk } from './disk-failure.ts';
import type { HubFile } from './hub-client.ts';
import { type CachedFile, findCached } from './hugging-face-cache.ts';
import type { HubModelId } from './model-id.ts';
import { CONFIG_PATH, checkUsable, type Plan, planCatalog, planRepository } from './plan.ts';
import type { Shelf } from './shelf.ts';
import type { WeightsFolder } from './weights-folder.ts';

export interface AdoptContext {
  readonly folder: WeightsFolder;
  readonly shelf: Shelf;
  /** The Hugging Face cache. */
  readonly cache: string;
  readonly checking: (done: number, total: number) => void;
  readonly signal: AbortSignal;
}

interface CachedCopy {
  readonly copy: CachedFile;
  readonly file: HubFile;
  readonly plan: Plan;
}

/**
 * Takes a copy in the Hugging Face cache into the library, used where it lies. One that is not what it claims to be is
 * passed over.
 * @returns whether there was one
 */
export async function adoptCached(id: HubModelId, context: AdoptContext): Promise<boolean> {
  const { signal, checking } = context;
  for (const { copy, file, plan } of await cachedCopies(id, context.cache)) {
    const progress = (done: number) => checking(done, copy.size);
    const sha256 = await sha256OfFile(copy.path, { signal, progress }).catch(passOver);
    const expected = plan.pinned ?? copy.sha256;
    if (sha256 === null || (expected !== null && sha256 !== expected)) continue;
    const usable = await checkUsable(copy.path, plan, signal).catch(passOver);
    if (usable === null) continue;
    const folder = context.folder.download(id.id);
    await onDisk(folder, async () => {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder, { recursive: true });
    });
    await context.shelf.put(folder, {
      version: 1,
      id: id.id,
      weights: { place: 'huggingface-cache', path: copy.path },
      size: copy.size,
      sha256,
      checkedAgainst: plan.pinned !== null ? 'pinned' : copy.sha256 !== null ? 'cache' : 'nothing',
      origin: file,
      commit: copy.commit,
      endpoint: null,
      installed: new Date().toISOString(),
      ...usable,
    });
    return true;
  }
  return false;
}

/** Copies of the model's weights in the cache, by names and sizes alone. */
export async function cachedCopies(id: HubModelId, cache: string): Promise<readonly CachedCopy[]> {
  const plan = id.kind === 'catalog' ? planCatalog(id) : await cachedPlan(id, cache);
  if (plan === null) return [];
  const copies: CachedCopy[] = [];
  for (const file of plan.files)
    for (const copy of await findCached(cache, file, plan.pinned)) copies.push({ copy, file, plan });
  return copies;
}

/** Null where the cache does not have the repository's configuration, or it is no CvT's. */
async function cachedPlan(id: HubModelId & { kind: 'repository' }, cache: string): Promise<Plan | null> {
  const { repository, revision } = id;
  const [config] = await findCached(cache, { repository, revision, path: CONFIG_PATH }, null);
  const text = config ? await readFile(config.path, 'utf8').catch(() => null) : null;
  if (text === null) return null;
  try {
    return planRepository(id, text, revision);
  } catch (error) {
    if (error instanceof LensError) return null;
    throw error;
  }
}

/** A copy that cannot be read or is no CvT is as good as none; being cancelled is something else. */
function passOver(error: unknown): null {
  if (error instanceof CheckpointError || !(error instanceof LensError)) return null;
  throw error;
}
