import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogEntry } from '../../models/catalog.ts';
import { parseSpec } from '../../models/cvt/spec.ts';
import { DownloadError, LensError, reasonOf } from '../../models/errors.ts';
import { syncFolder } from '../settings/write-whole.ts';
import { sha256OfFile } from './checksum.ts';
import { isMissing, onDisk } from './disk-failure.ts';
import type { InstalledModel } from './library-event.ts';
import { type Manifest, RECORD_FILE, readManifest, writeManifest } from './manifest.ts';
import { isImported } from './model-id.ts';
import type { WeightsFolder } from './weights-folder.ts';

/** What stands under a model's id. */
export type Stored =
  | { readonly kind: 'whole'; readonly manifest: Manifest; readonly path: string; readonly seen: string }
  | { readonly kind: 'broken'; readonly manifest: Manifest | null; readonly error: DownloadError };

/** The complete models of a weights folder. Appearing and vanishing are a rename each, so half a model is never seen. */
export class Shelf {
  readonly #folder: WeightsFolder;
  /** What each file looked like when its checksum was last found right, by path. */
  readonly #checked = new Map<string, string>();
  readonly #broken = new Map<string, string>();

  constructor(folder: WeightsFolder) {
    this.#folder = folder;
  }

  /** What stands under `id` as far as names and sizes tell; null where nothing does. */
  async look(id: string): Promise<Stored | null> {
    const folder = this.#folder.model(id);
    let manifest: Manifest | null;
    try {
      manifest = await readManifest(folder);
    } catch (error) {
      const reason = reasonOf(error).split('\n')[0];
      return { kind: 'broken', manifest: null, error: refusal(id, `its manifest cannot be read (${reason})`) };
    }
    if (manifest === null) return null;
    const { weights } = manifest;
    const path = weights.place === 'library' ? join(folder, weights.file) : weights.path;
    const broken = (how: string): Stored => ({
      kind: 'broken',
      manifest,
      error: refusal(id, `${path} ${how}`, manifest),
    });
    try {
      const status = await stat(path);
      if (status.size !== manifest.size) return broken(`has ${status.size} bytes now, not ${manifest.size}`);
      const seen = [status.size, status.mtimeMs, status.ctimeMs, status.ino, manifest.sha256].join(' ');
      if (this.#broken.get(path) === seen) return broken('has changed since it came: its checksum is another');
      return { kind: 'whole', manifest, path, seen };
    } catch (error) {
      if (isMissing(error) && weights.place === 'outside')
        return { kind: 'broken', manifest, error: moved(manifest.title ?? id, path) };
      return broken(isMissing(error) ? 'is no longer there' : `cannot be read (${reasonOf(error)})`);
    }
  }

  /**
   * The model under `id`, its checksum right. Reads the whole file, unless this process has and nothing shows a change since.
   * @throws DownloadError `stored-file-broken`, `not-installed`; CancelledError
   */
  async verified(
    id: string,
    options: { readonly signal: AbortSignal; readonly progress?: (done: number, total: number) => void },
  ): Promise<InstalledModel> {
    const stored = await this.look(id);
    if (stored === null)
      throw new DownloadError(
        'not-installed',
        isImported(id)
          ? `${id} is not in the library. Import its file again.`
          : `${id} is not on this machine. Get it with "cvt pull ${id}".`,
      );
    if (stored.kind === 'broken') throw stored.error;
    const { manifest, path, seen } = stored;
    if (this.#checked.get(path) !== seen) {
      const progress = (done: number) => options.progress?.(done, manifest.size);
      const sha256 = await sha256OfFile(path, { signal: options.signal, progress }).catch((error: unknown) => {
        if (error instanceof LensError) throw error;
        throw refusal(id, `${path} cannot be read (${reasonOf(error)})`, manifest);
      });
      if (sha256 !== manifest.sha256) {
        this.#broken.set(path, seen);
        throw refusal(id, `${path} has changed since it came: its checksum is another`, manifest);
      }
      this.#checked.set(path, seen);
    }
    return describe(manifest, path);
  }

  /**
   * Makes a complete model out of a download's folder, in place of an older one if there is one.
   * @param folder holds the weights if the manifest says they are in the library
   */
  async put(folder: string, manifest: Manifest): Promise<void> {
    const target = this.#folder.model(manifest.id);
    await writeManifest(folder, manifest);
    await onDisk(target, async () => {
      await mkdir(this.#folder.models, { recursive: true });
      await this.#clear(target);
      await rename(folder, target);
      await syncFolder(this.#folder.models);
      await rm(join(target, RECORD_FILE), { force: true });
    });
    // Its checksum was computed from these very bytes a moment ago.
    const stored = await this.look(manifest.id);
    if (stored?.kind === 'whole') this.#checked.set(stored.path, stored.seen);
  }

  /** Where the weights of a model that was imported in place are now; they hold the same bytes. */
  async relocate(id: string, path: string): Promise<void> {
    const folder = this.#folder.model(id);
    const manifest = await readManifest(folder);
    if (manifest?.weights.place !== 'outside')
      throw new DownloadError('not-installed', `${id} is not used where it lies, so its file cannot have moved.`);
    await writeManifest(folder, { ...manifest, weights: { place: 'outside', path } });
  }

  /** Removes what stands under `id`; a file outside the folder stays where it is. */
  async remove(id: string): Promise<void> {
    const target = this.#folder.model(id);
    await onDisk(target, () => this.#clear(target));
  }

  /** Out of sight first, in one step. */
  async #clear(target: string): Promise<void> {
    const aside = join(this.#folder.downloads, `.removed-${randomUUID()}`);
    await mkdir(this.#folder.downloads, { recursive: true });
    try {
      await rename(target, aside);
    } catch (error) {
      if (isMissing(error)) return;
      throw error;
    }
    await rm(aside, { recursive: true, force: true });
  }
}

function refusal(id: string, how: string, manifest: Manifest | null = null): DownloadError {
  const wayOut = isImported(id)
    ? manifest?.weights.place === 'outside'
      ? 'Import it again, or name a copy that is as it was.'
      : 'Remove it and import it again.'
    : `Get it again: "cvt pull ${id}" replaces it.`;
  return new DownloadError('stored-file-broken', `${manifest?.title ?? id}: ${how}. ${wayOut}`);
}

function moved(title: string, path: string): DownloadError {
  return new DownloadError(
    'file-moved',
    `${title}: ${path} is no longer there. Name the place where it is now, or import it again.`,
  );
}

function describe(manifest: Manifest, path: string): InstalledModel {
  const { id, size, sha256, facts } = manifest;
  const entry = catalogEntry(id);
  const common = { id, path, size, sha256 };
  if (entry) {
    const { title, spec, activation, preprocessing } = entry;
    return { ...common, title, spec, activation, preprocessing, labels: null };
  }
  if (facts === null)
    throw new DownloadError(
      'stored-file-broken',
      `${id}: this version's catalog does not know it, and its manifest says nothing about it. Get it again by its repository.`,
    );
  const { activation, preprocessing, labels } = facts;
  return { ...common, title: manifest.title ?? id, spec: parseSpec(facts.spec, id), activation, preprocessing, labels };
}
