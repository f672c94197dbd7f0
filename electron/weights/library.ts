import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, rmdir } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { CATALOG } from '../../models/catalog.ts';
import {
  CancelledError,
  DownloadError,
  type DownloadErrorCode,
  throwIfCancelled,
  toErrorMessage,
} from '../../models/errors.ts';
import type { LibraryEntry } from '../../renderer/shell/library-entry.ts';
import { RETRIES, type RetryPolicy, type Sleep, sleep } from './attempt.ts';
import { onDisk } from './disk-failure.ts';
import { DownloadJob } from './download-job.ts';
import { Entries } from './entries.ts';
import { fetchModel } from './fetch-model.ts';
import { FolderLock } from './folder-lock.ts';
import { type FreeSpace, freeSpace } from './free-space.ts';
import type { SendHttp } from './http.ts';
import type { HubAddress } from './hub-address.ts';
import { HubClient } from './hub-client.ts';
import type { InstalledModel, LibraryEvent } from './library-event.ts';
import type { Manifest } from './manifest.ts';
import { freeImportId, type HubModelId, type ModelId, requireModelId } from './model-id.ts';
import { listFiles, moveWeights } from './move-weights.ts';
import { type OpenPart, openPart } from './part-file.ts';
import { Queue } from './queue.ts';
import { SharedLock } from './shared-lock.ts';
import { Shelf } from './shelf.ts';
import { WeightsFolder } from './weights-folder.ts';

/** More at a time would share the same line, and finish later. */
const MOST_TRANSFERS = 2;

/** Begins the name of a folder in which an import is prepared. */
const IMPORTING = '.import-';

/** What a download mends. */
const REPLACED: readonly DownloadErrorCode[] = ['not-installed', 'stored-file-broken'];

export interface LibraryOptions {
  /** Absolute; created when something is put into it. */
  readonly folder: string;
  /** Or why there is none; only downloads need one. */
  readonly address: HubAddress | DownloadError;
  readonly send: SendHttp;
  /** The Hugging Face cache, see huggingFaceCache; null to leave it alone. */
  readonly cache: string | null;
  /** Remembers the folder after a move. */
  readonly saveFolder: (folder: string) => Promise<void>;
  readonly openPart?: OpenPart;
  readonly freeSpace?: FreeSpace;
  readonly retries?: RetryPolicy;
  readonly sleep?: Sleep;
}

/**
 * The models of this machine: what there is, what is on its way, what can be had. Plain Node, used by both shells and the
 * command line. Ids are those of the catalog or `owner/name[@revision]`; every method that takes one throws DownloadError
 * `unknown-model` for anything else.
 */
export class Library {
  readonly #options: LibraryOptions;
  /** Or why there is none. */
  #hub: HubClient | DownloadError;
  readonly #queue = new Queue(MOST_TRANSFERS);
  readonly #jobs = new Map<string, DownloadJob>();
  readonly #listeners = new Set<(event: LibraryEvent) => void>();
  #folder: WeightsFolder;
  #shelf: Shelf;
  #entries: Entries;
  #lock: SharedLock;
  #moving = false;
  #importing = 0;

  constructor(options: LibraryOptions) {
    if (!isAbsolute(options.folder)) throw new TypeError(`${options.folder} is not an absolute path.`);
    this.#options = options;
    this.#hub = hubOf(options.address, options.send);
    this.#folder = new WeightsFolder(options.folder);
    this.#shelf = new Shelf(this.#folder);
    this.#entries = new Entries(this.#folder, this.#shelf, options.cache, this.#jobs);
    this.#lock = this.#lockOf(this.#folder);
  }

  /** Asks another hub, or as another user, from the next request on. */
  setAddress(address: HubAddress | DownloadError): void {
    this.#hub = hubOf(address, this.#options.send);
  }

  /** Where the weights live. */
  get folder(): string {
    return this.#folder.root;
  }

  /** Told of every change until the answer is called. Progress comes a few times a second. */
  subscribe(listener: (event: LibraryEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The catalog in its order, then the repositories in the library by name. Looks at names and sizes, not into weights. */
  async list(): Promise<readonly LibraryEntry[]> {
    const catalog = CATALOG.map(({ id }) => id);
    const stored = await this.#entries.storedIds();
    const others = [...new Set([...stored, ...this.#jobs.keys()])].filter((id) => !catalog.includes(id)).sort();
    return Promise.all([...catalog, ...others].map((id) => this.#entries.entry(requireModelId(id))));
  }

  async entry(id: string): Promise<LibraryEntry> {
    return this.#entries.entry(requireModelId(id));
  }

  /**
   * Begins a download, or goes on with one that was paused, failed or broken off; how it fares is told to subscribers. Does
   * nothing where the model is installed or on its way.
   */
  download(id: string): void {
    if (this.#moving) throw busy();
    // Failures become the entry's state.
    void this.pull(id).catch(() => {});
  }

  /**
   * The model, downloaded if it is not here and again if its file has changed.
   * @param signal pauses the download
   * @throws DownloadError; CheckpointError, SpecError where it is no CvT; CancelledError when it is paused or cancelled
   */
  async pull(id: string, signal?: AbortSignal): Promise<InstalledModel> {
    const model = requireModelId(id);
    throwIfCancelled(signal);
    if (model.kind === 'imported') return this.use(model.id, { signal: signal ?? new AbortController().signal });
    // One that is just stopping is gone in a moment; what is asked for now is a new one.
    for (let job = this.#jobs.get(model.id); job?.signal.aborted; job = this.#jobs.get(model.id))
      await job.done.catch(() => {});
    if (this.#moving) throw busy();
    const job = this.#jobs.get(model.id) ?? this.#begin(model);
    const pause = () => job.stop();
    signal?.addEventListener('abort', pause, { once: true });
    try {
      return await job.done;
    } finally {
      signal?.removeEventListener('abort', pause);
    }
  }

  /** Stops a download; what has arrived is kept. Resolves when it has stopped. */
  async pause(id: string): Promise<void> {
    await this.#stop(requireModelId(id).id);
  }

  /** Stops a download, or gives up a stopped one, and throws away what has arrived. */
  async cancel(id: string): Promise<void> {
    const model = requireModelId(id);
    if (this.#moving) throw busy();
    await this.#stop(model.id);
    await this.#lock.hold(() => this.#discard(model.id));
    await this.#tell(model);
  }

  /**
   * Deletes a model, or what has arrived of one. A file in the Hugging Face cache is forgotten, not deleted.
   * @throws DownloadError `not-installed`, `locked`, `unwritable`
   */
  async remove(id: string): Promise<void> {
    const model = requireModelId(id);
    if (this.#moving) throw busy();
    await this.#stop(model.id);
    if (!(await this.#entries.isStored(model.id)))
      throw new DownloadError('not-installed', `${model.id} is not on this machine, so there is nothing to remove.`);
    await this.#lock.hold(async () => {
      await this.#shelf.remove(model.id);
      await this.#discard(model.id);
    });
    await this.#tell(model);
  }

  /**
   * The model for use, its checksum right; taken from the Hugging Face cache where it lies there. Reads the whole file the
   * first time.
   * @throws DownloadError `not-installed`, `stored-file-broken`; CancelledError
   */
  async use(
    id: string,
    options: { readonly signal: AbortSignal; readonly progress?: (done: number, total: number) => void },
  ): Promise<InstalledModel> {
    const model = requireModelId(id);
    const entry = await this.#entries.entry(model);
    if (entry.state.kind === 'available' && entry.state.cached) return this.pull(model.id, options.signal);
    try {
      return await this.#shelf.verified(model.id, options);
    } catch (error) {
      if (error instanceof DownloadError && error.code === 'stored-file-broken') await this.#tell(model);
      throw error;
    }
  }

  /**
   * Adds a model of the user's own.
   * @param title becomes its id, with a number where that is taken
   * @param prepare puts the weights into `folder`, or leaves them where they are, and says all about them
   * @returns its id
   * @throws DownloadError `busy`, `locked`, `unwritable`; what `prepare` throws, and then nothing has changed
   */
  async addImport(title: string, prepare: (id: string, folder: string) => Promise<Manifest>): Promise<string> {
    if (this.#moving) throw busy();
    this.#importing++;
    try {
      const id = await this.#lock.hold(async () => {
        const id = freeImportId(title, await this.#entries.storedIds());
        const folder = join(this.#folder.downloads, `${IMPORTING}${randomUUID()}`);
        try {
          await onDisk(folder, () => mkdir(folder, { recursive: true }));
          await this.#shelf.put(folder, await prepare(id, folder));
        } finally {
          await rm(folder, { recursive: true, force: true });
        }
        return id;
      });
      await this.#tell(requireModelId(id));
      return id;
    } finally {
      this.#importing--;
    }
  }

  /** @see Shelf.relocate */
  async relocate(id: string, path: string): Promise<void> {
    const model = requireModelId(id);
    await this.#lock.hold(() => this.#shelf.relocate(model.id, path));
    await this.#tell(model);
  }

  /** What is written down of a model, whether its weights are whole or not; null where nothing is. */
  async manifest(id: string): Promise<Manifest | null> {
    return (await this.#shelf.look(requireModelId(id).id))?.manifest ?? null;
  }

  /** Where parts of files may be put while they arrive; on the disk of the weights. */
  get incoming(): string {
    return this.#folder.downloads;
  }

  /** Bytes that the library takes up on the disk, parts of downloads included. */
  async totalSize(): Promise<number> {
    return (await listFiles(this.#folder)).reduce((sum, { size }) => sum + size, 0);
  }

  /**
   * Moves all weights to another folder; see moveWeights.
   * @param folder absolute; empty or not there yet
   * @throws DownloadError `busy` while something is downloaded; what moveWeights throws; CancelledError
   */
  async moveTo(folder: string, signal: AbortSignal): Promise<void> {
    if (!isAbsolute(folder)) throw new TypeError(`${folder} is not an absolute path.`);
    if (this.#moving || this.#jobs.size > 0 || this.#importing > 0) throw busy();
    if (resolve(folder) === resolve(this.folder))
      throw new DownloadError('folder-not-empty', `${folder}: the weights are there already. Choose another folder.`);
    this.#moving = true;
    try {
      const old = this.#folder.root;
      const target = new WeightsFolder(folder);
      const targetLock = await FolderLock.take(target.lock, () => {});
      try {
        await this.#lock.hold(() => this.#moveInto(target, signal));
      } finally {
        await targetLock.release();
      }
      // Its lock was the last thing in it; where something else is, it stays.
      await rmdir(old).catch(() => {});
      this.#tellAll({ kind: 'folder', folder });
    } catch (error) {
      this.#tellAll({ kind: 'stayed' });
      throw error;
    } finally {
      this.#moving = false;
    }
  }

  /** Pauses everything and lets go of the folder. */
  async close(): Promise<void> {
    await Promise.all([...this.#jobs.keys()].map((id) => this.#stop(id)));
    this.#listeners.clear();
  }

  async #moveInto(target: WeightsFolder, signal: AbortSignal): Promise<void> {
    await moveWeights(this.#folder, target, {
      signal,
      freeSpace: this.#options.freeSpace ?? freeSpace,
      progress: (done, total) => this.#tellAll({ kind: 'moving', done, total }),
      commit: async () => {
        await this.#options.saveFolder(target.root);
        this.#folder = target;
        this.#shelf = new Shelf(target);
        this.#entries = new Entries(target, this.#shelf, this.#options.cache, this.#jobs);
        this.#lock = this.#lockOf(target);
      },
    });
  }

  #begin(model: HubModelId): DownloadJob {
    const job = new DownloadJob(
      model.id,
      (running) => this.#lock.hold(() => this.#queue.run(() => this.#fetch(model, running), running.signal)),
      () => void this.#tell(model),
    );
    this.#jobs.set(model.id, job);
    this.#entries.forgive(model.id);
    job.done.then(
      () => this.#end(model, null),
      (error: unknown) => this.#end(model, error),
    );
    void this.#tell(model);
    return job;
  }

  async #fetch(model: HubModelId, job: DownloadJob): Promise<InstalledModel> {
    const { signal } = job;
    try {
      return await this.#shelf.verified(model.id, { signal, progress: job.events.checking });
    } catch (error) {
      if (!(error instanceof DownloadError) || !REPLACED.includes(error.code)) throw error;
    }
    if (this.#hub instanceof DownloadError) throw this.#hub;
    const tools = {
      hub: this.#hub,
      openPart: this.#options.openPart ?? openPart,
      freeSpace: this.#options.freeSpace ?? freeSpace,
      retries: this.#options.retries ?? RETRIES,
      sleep: this.#options.sleep ?? sleep,
    };
    const { cache } = this.#options;
    await fetchModel(model, { folder: this.#folder, shelf: this.#shelf, tools, cache, events: job.events, signal });
    return this.#shelf.verified(model.id, { signal, progress: job.events.checking });
  }

  async #end(model: ModelId, error: unknown): Promise<void> {
    this.#jobs.delete(model.id);
    if (error !== null && !(error instanceof CancelledError)) this.#entries.blame(model.id, toErrorMessage(error));
    await this.#tell(model);
  }

  async #stop(id: string): Promise<void> {
    const job = this.#jobs.get(id);
    if (!job) return;
    job.stop();
    await job.done.catch(() => {});
  }

  async #discard(id: string): Promise<void> {
    this.#entries.forgive(id);
    const folder = this.#folder.download(id);
    await onDisk(folder, () => rm(folder, { recursive: true, force: true }));
  }

  #lockOf(folder: WeightsFolder): SharedLock {
    const lost = () => {
      for (const job of this.#jobs.values()) job.stop();
    };
    return new SharedLock(folder.lock, lost, async () => {
      // Removals and imports that were broken off.
      await mkdir(folder.downloads, { recursive: true });
      for (const name of await readdir(folder.downloads))
        if (name.startsWith('.removed-') || name.startsWith(IMPORTING))
          await rm(join(folder.downloads, name), { recursive: true, force: true });
    });
  }

  async #tell(model: ModelId): Promise<void> {
    if (this.#listeners.size === 0) return;
    try {
      const listed = model.kind === 'catalog' || this.#jobs.has(model.id) || (await this.#entries.isStored(model.id));
      const entry = await this.#entries.entry(model);
      const gone = !listed && entry.state.kind === 'available';
      this.#tellAll(gone ? { kind: 'gone', id: model.id } : { kind: 'entry', entry });
    } catch {
      // The folder cannot be read; whoever lists it is told why.
    }
  }

  #tellAll(event: LibraryEvent): void {
    for (const listener of this.#listeners) listener(event);
  }
}

function hubOf(address: HubAddress | DownloadError, send: SendHttp): HubClient | DownloadError {
  return address instanceof DownloadError ? address : new HubClient(address, send);
}

function busy(): DownloadError {
  return new DownloadError(
    'busy',
    'Weights are being downloaded or moved. Wait until that is done, or pause it, then try again.',
  );
}
