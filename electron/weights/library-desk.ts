import { isAbsolute } from 'node:path';
import { catalogEntry } from '../../models/catalog.ts';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { CancelledError, DownloadError, ShellError, throwIfCancelled } from '../../models/errors.ts';
import type { LibraryCommand, LibraryWork } from '../../renderer/shell/library-wire.ts';
import type { LibrarySnapshot, WorkProgress } from '../../renderer/shell/model-library.ts';
import type { ModelEntry } from '../../renderer/shell/shell.ts';
import { IMAGENET_CLASSES } from '../imagenet-labels.ts';
import type { LibraryAssets } from '../protocol/library-assets.ts';
import { parseEndpoint } from './hub-address.ts';
import type { ImportFile } from './import-files.ts';
import { Imports } from './imports.ts';
import type { InstalledModel } from './library-event.ts';
import { isImported, requireModelId } from './model-id.ts';
import { findAddress, type OpenedLibrary, type OpenLibraryOptions, openLibrary } from './open-library.ts';
import { Snapshots } from './snapshots.ts';
import { removeSent, sweepSent, type TakenFile, TakenFiles } from './taken-files.ts';
import type { TokenStore } from './token-store.ts';

/** What a shell lends the desk. */
export interface DeskOptions extends Pick<OpenLibraryOptions, 'env' | 'http'> {
  /** Models that ship with the app. */
  readonly shipped: readonly ModelEntry[];
  readonly assets: LibraryAssets;
  readonly imagenetLabels: () => Promise<readonly string[]>;
  readonly tokens: TokenStore;
  /** Files of the user's are known by their paths. */
  readonly canReference: boolean;
  /** Shows a file or a folder in the system's file manager; null where there is none to show it in. */
  readonly reveal: ((path: string) => void) | null;
  /** Asks the user for a folder, null where they decline; null itself where the system has no such dialog. */
  readonly pickFolder: (() => Promise<string | null>) | null;
}

export interface DeskWork {
  readonly signal: AbortSignal;
  readonly progress: (progress: WorkProgress) => void;
}

/**
 * Where both shells bring what pages ask of the library: the contract of renderer/shell/model-library.ts in terms of data.
 * What comes here has been checked for its shape.
 */
export class LibraryDesk {
  readonly #options: DeskOptions;
  readonly #opened: OpenedLibrary;
  readonly #imports: Imports;
  readonly #files = new TakenFiles();
  readonly #snapshots: Snapshots;

  private constructor(options: DeskOptions, opened: OpenedLibrary) {
    this.#options = options;
    this.#opened = opened;
    this.#imports = new Imports({ library: opened.library, imagenetLabels: options.imagenetLabels });
    this.#snapshots = new Snapshots(opened.library, () => this.#surroundings());
  }

  static async open(options: DeskOptions): Promise<LibraryDesk> {
    const { env, http, tokens } = options;
    const token = await tokens.read();
    const opened = await openLibrary({ ...(env && { env }), ...(http && { http }), token });
    await sweepSent(opened.library.incoming);
    return new LibraryDesk(options, opened);
  }

  /** Where a file that a page sends can be put. */
  get incoming(): string {
    return this.#opened.library.incoming;
  }

  /** Snapshots, the present one first, until the answer is called. */
  subscribe(listener: (snapshot: Omit<LibrarySnapshot, 'connection'>) => void): () => void {
    return this.#snapshots.subscribe(listener);
  }

  /** How things are now. */
  snapshot(): Promise<Omit<LibrarySnapshot, 'connection'>> {
    return this.#snapshots.take();
  }

  /** @throws LensError */
  async command(command: LibraryCommand): Promise<void> {
    const { library } = this.#opened;
    switch (command.command) {
      case 'download':
        requireModelId(command.id);
        library.download(command.id);
        return;
      case 'pause':
        return library.pause(command.id);
      case 'cancel':
        return library.cancel(command.id);
      case 'remove':
        return library.remove(command.id);
      case 'discard':
        return this.#imports.discard(command.proposal);
      case 'forget-files':
        return this.#files.forget(command.files);
      case 'set-mirror':
        return this.#setMirror(command.url);
      case 'set-token':
        await this.#options.tokens.write(command.token?.trim() || null);
        return this.#readdress();
      case 'reveal':
        return this.#reveal(command.id);
    }
  }

  /** @returns what the page gets: a ModelEntry, an ImportProposal, an id, or null. @throws LensError */
  async work(work: LibraryWork, { signal, progress }: DeskWork): Promise<unknown> {
    switch (work.work) {
      case 'use':
        return this.#use(work.id, signal, progress);
      case 'inspect':
        return this.#inspect(work.files, { signal, progress });
      case 'confirm':
        return this.#imports.confirm(work.proposal, work.choices, { signal, progress });
      case 'locate':
        return this.#locate(work.id, work.file, { signal, progress });
      case 'move-folder':
        return this.#moveFolder(work.path, signal);
    }
  }

  /** Makes a file known to pages. @param ticket see TakenFiles.add @returns its ticket */
  takeFile(file: TakenFile, ticket?: string): Promise<string> {
    return this.#files.add(file, ticket);
  }

  /** Pauses downloads; forgets proposals and what was sent for them. */
  async close(): Promise<void> {
    this.#snapshots.close();
    await this.#opened.close();
    await Promise.all([this.#imports.close(), this.#files.close()]);
  }

  async #use(id: string, signal: AbortSignal, progress: DeskWork['progress']): Promise<ModelEntry> {
    const shipped = this.#options.shipped.find((entry) => entry.id === id);
    if (shipped) return shipped;
    const model = await this.#opened.library.use(id, {
      signal,
      progress: (done, total) => progress({ phase: 'checking', done, total }),
    });
    return {
      id: model.id,
      title: model.title,
      note: noteOf(model),
      weightsUrl: this.#options.assets.addressOf(model.path, model.sha256),
      weightsSize: model.size,
      spec: toOfficialSpec(model.spec),
      activation: model.activation,
      preprocessing: model.preprocessing,
      labels: await this.#labels(model),
    };
  }

  async #labels({ id, labels }: InstalledModel): Promise<readonly string[]> {
    if (labels !== null) return labels;
    const manifest = await this.#opened.library.manifest(id);
    return manifest?.numClasses === IMAGENET_CLASSES ? this.#options.imagenetLabels() : [];
  }

  async #inspect(tickets: readonly string[], work: DeskWork): Promise<unknown> {
    const files = tickets.map((ticket) => this.#files.take(ticket));
    let kept: ImportFile | null = null;
    try {
      const isOurs = files.some((file) => file.isOurs);
      const proposal = await this.#imports.inspect(files, isOurs, work);
      kept = files.find(({ name }) => name === proposal.files.checkpoint) ?? null;
      return proposal;
    } finally {
      await Promise.all(files.filter((file) => file !== kept).map(removeSent));
    }
  }

  async #locate(id: string, ticket: string, work: DeskWork): Promise<null> {
    const file = this.#files.take(ticket);
    try {
      if (file.isOurs) throw new ShellError('shell-refused', 'A browser page has no files in place to name.');
      await this.#imports.locate(id, file, work);
      return null;
    } finally {
      await removeSent(file);
    }
  }

  async #moveFolder(path: string | null, signal: AbortSignal): Promise<null> {
    const { pickFolder } = this.#options;
    if (pickFolder !== null && path !== null)
      throw new ShellError('shell-refused', 'The system asks for the folder; a page cannot name one.');
    const target = pickFolder === null ? path : await pickFolder();
    throwIfCancelled(signal);
    if (target === null && pickFolder !== null) throw new CancelledError();
    if (target === null || !isAbsolute(target))
      throw new DownloadError('unwritable', `"${target ?? ''}" is no absolute path. Name the folder from the root on.`);
    await this.#opened.library.moveTo(target, signal);
    return null;
  }

  async #setMirror(url: string | null): Promise<void> {
    const mirror = url?.trim() || null;
    if (mirror !== null) parseEndpoint(mirror);
    await this.#opened.settings.change({ mirror });
    await this.#readdress();
  }

  async #readdress(): Promise<void> {
    const { mirror } = await this.#opened.settings.read();
    this.#opened.library.setAddress(findAddress(this.#env, mirror, await this.#options.tokens.read()));
    this.#snapshots.refresh();
  }

  async #reveal(id: string | null): Promise<void> {
    const { reveal } = this.#options;
    if (reveal === null) throw new ShellError('shell-refused', 'There is no file manager to show it in.');
    const { library } = this.#opened;
    if (id === null) return reveal(library.folder);
    const { state } = await library.entry(id);
    if (state.kind !== 'installed')
      throw new DownloadError('not-installed', `${id} is not on this machine, so there is no file to show.`);
    reveal(state.path);
  }

  get #env(): Readonly<Record<string, string | undefined>> {
    return this.#options.env ?? process.env;
  }

  async #surroundings(): Promise<Pick<LibrarySnapshot, 'hub' | 'abilities'>> {
    const { tokens, canReference, reveal, pickFolder } = this.#options;
    const { mirror } = await this.#opened.settings.read();
    const stored = await tokens.read();
    const address = findAddress(this.#env, mirror, stored);
    return {
      hub: {
        mirror,
        endpoint: address instanceof DownloadError ? null : address.endpoint,
        token: stored !== null ? 'stored' : this.#env.HF_TOKEN?.trim() ? 'environment' : 'none',
        tokenKept: tokens.kept,
      },
      abilities: { canReference, canReveal: reveal !== null, picksFolder: pickFolder !== null },
    };
  }
}

function noteOf({ id }: InstalledModel): string {
  const entry = catalogEntry(id);
  if (entry) return entry.note;
  return isImported(id) ? 'Imported from a file of yours.' : `From ${id} on the Hugging Face hub.`;
}
