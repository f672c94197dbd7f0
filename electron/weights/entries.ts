import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { countMultiplyAdds, countParameters } from '../../models/cvt/counts.ts';
import { parseSpec } from '../../models/cvt/spec.ts';
import { variantOf } from '../../models/cvt/variants.ts';
import { type ErrorMessage, LensError, toErrorMessage } from '../../models/errors.ts';
import type { LibraryEntry, ModelFacts, ModelState } from '../../renderer/shell/library-entry.ts';
import { cachedCopies } from './adopt-cached.ts';
import { isMissing } from './disk-failure.ts';
import type { DownloadJob } from './download-job.ts';
import { type Manifest, readRecord } from './manifest.ts';
import { type ModelId, parseModelId } from './model-id.ts';
import type { Shelf, Stored } from './shelf.ts';
import { idOfFolder, type WeightsFolder } from './weights-folder.ts';

/** How every model stands, from what is running and what lies on the disk. */
export class Entries {
  readonly #folder: WeightsFolder;
  readonly #shelf: Shelf;
  readonly #cache: string | null;
  readonly #jobs: ReadonlyMap<string, DownloadJob>;
  readonly #failures = new Map<string, ErrorMessage>();

  constructor(folder: WeightsFolder, shelf: Shelf, cache: string | null, jobs: ReadonlyMap<string, DownloadJob>) {
    this.#folder = folder;
    this.#shelf = shelf;
    this.#cache = cache;
    this.#jobs = jobs;
  }

  /** Remembers why a download ended, until the next one. */
  blame(id: string, error: ErrorMessage): void {
    this.#failures.set(id, error);
  }

  forgive(id: string): void {
    this.#failures.delete(id);
  }

  /** Every model with something in the folder or a failure to tell of. */
  async storedIds(): Promise<readonly string[]> {
    const [models, downloads] = await Promise.all([idsIn(this.#folder.models), idsIn(this.#folder.downloads)]);
    return [...new Set([...models, ...downloads, ...this.#failures.keys()])];
  }

  async isStored(id: string): Promise<boolean> {
    return (await this.storedIds()).includes(id);
  }

  async entry(model: ModelId): Promise<LibraryEntry> {
    const stored = await this.#shelf.look(model.id);
    const state = await this.#state(model, stored);
    const manifest = stored?.manifest ?? null;
    const announced = 'total' in state ? state.total : null;
    const rounded = model.kind === 'catalog' ? model.entry.file.approximateSize : null;
    return {
      id: model.id,
      title: model.kind === 'catalog' ? model.entry.title : (manifest?.title ?? model.id),
      kind: model.kind,
      size: manifest?.size ?? announced ?? rounded,
      facts: model.kind === 'catalog' ? model.entry : factsIn(manifest),
      state,
    };
  }

  async #state(model: ModelId, stored: Stored | null): Promise<ModelState> {
    const { id } = model;
    const job = this.#jobs.get(id);
    if (job && job.state.kind !== 'queued') return job.state;
    const arrived = await this.#arrived(id);
    if (job) return { kind: 'queued', received: arrived?.received ?? 0, total: arrived?.total ?? null };
    const failure = this.#failures.get(id);
    if (failure)
      return { kind: 'error', error: failure, received: arrived?.received ?? 0, total: arrived?.total ?? null };
    if (stored?.kind === 'broken')
      return { kind: 'broken', error: toErrorMessage(stored.error), mend: mendOf(model, stored.manifest) };
    if (stored) {
      const { size, sha256, checkedAgainst, weights } = stored.manifest;
      return { kind: 'installed', path: stored.path, size, sha256, checkedAgainst, place: weights.place };
    }
    if (arrived) return { kind: 'paused', ...arrived };
    const copies = this.#cache === null || model.kind === 'imported' ? [] : await cachedCopies(model, this.#cache);
    return { kind: 'available', cached: copies.length > 0 };
  }

  /** What an unfinished download has; null where none has begun. */
  async #arrived(id: string): Promise<{ received: number; total: number | null } | null> {
    const folder = this.#folder.download(id);
    const record = await readRecord(folder);
    if (record === null) return null;
    const sizes = await Promise.all(
      [`${record.file}.part`, record.file].map((name) =>
        stat(join(folder, name)).then(
          ({ size }) => size,
          () => null,
        ),
      ),
    );
    return { received: sizes.find((size) => size !== null) ?? 0, total: record.identity.size };
  }
}

function mendOf(model: ModelId, manifest: Manifest | null): 'download' | 'locate' | 'import' {
  if (model.kind !== 'imported') return 'download';
  return manifest?.weights.place === 'outside' ? 'locate' : 'import';
}

async function idsIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (isMissing(error)) return [];
    throw error;
  });
  return names.map(idOfFolder).filter((id) => id !== null && parseModelId(id)?.id === id) as string[];
}

function factsIn(manifest: Manifest | null): ModelFacts | null {
  if (!manifest?.facts) return null;
  const { facts, numClasses, id } = manifest;
  const { preprocessing } = facts;
  try {
    const spec = parseSpec(facts.spec, id);
    return {
      spec,
      variant: variantOf(spec),
      numClasses,
      parameters: countParameters(spec, numClasses),
      multiplyAdds: countMultiplyAdds(spec, numClasses, preprocessing.height, preprocessing.width),
      preprocessing,
    };
  } catch (error) {
    // Someone edited the manifest by hand; using the model says what is wrong with it.
    if (error instanceof LensError) return null;
    throw error;
  }
}
