import type { z } from 'zod';
import { LensError, ShellError } from '../../models/errors.ts';
import {
  importedIdSchema,
  type LibraryCommand,
  type LibraryWork,
  proposalSchema,
  snapshotSchema,
  type ToldSnapshot,
} from './library-wire.ts';
import type {
  ImportChoices,
  ImportProposal,
  LibrarySnapshot,
  ModelLibrary,
  WorkOptions,
  WorkProgress,
} from './model-library.ts';
import type { ModelEntry } from './shell.ts';
import { modelSchema } from './wire.ts';

/** How a page's library reaches the other side; one over HTTP, one over IPC. Answers are unchecked. */
export interface LibraryTransport {
  /** Snapshots, from the present one on, until the answer is called. `lost` is called whenever none can come for now. */
  follow(told: (snapshot: unknown) => void, lost: () => void): () => void;
  command(command: LibraryCommand): Promise<void>;
  work(work: LibraryWork, options: WorkOptions): Promise<unknown>;
  /** Makes a file of the user's known to the other side. @returns what to call it there */
  takeFile(file: File, options: WorkOptions): Promise<string>;
}

/** {@link ModelLibrary} over a transport: what both shells have in common. */
export class LibraryClient implements ModelLibrary {
  readonly #transport: LibraryTransport;
  readonly #openZoo: () => Promise<void>;
  readonly #listeners = new Set<(snapshot: LibrarySnapshot) => void>();
  #latest: LibrarySnapshot | null = null;
  #stop: (() => void) | null = null;

  constructor(transport: LibraryTransport, openZoo: () => Promise<void>) {
    this.#transport = transport;
    this.#openZoo = openZoo;
  }

  subscribe(listener: (snapshot: LibrarySnapshot) => void): () => void {
    // The same function may be given twice; each gets its own end.
    const own = (snapshot: LibrarySnapshot) => listener(snapshot);
    this.#listeners.add(own);
    if (this.#stop === null)
      this.#stop = this.#transport.follow(
        (told) => this.#tell(told),
        () => this.#lose(),
      );
    else if (this.#latest) own(this.#latest);
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = null;
      this.#latest = null;
    };
  }

  download(id: string): Promise<void> {
    return this.#transport.command({ command: 'download', id });
  }

  pause(id: string): Promise<void> {
    return this.#transport.command({ command: 'pause', id });
  }

  cancel(id: string): Promise<void> {
    return this.#transport.command({ command: 'cancel', id });
  }

  remove(id: string): Promise<void> {
    return this.#transport.command({ command: 'remove', id });
  }

  async use(id: string, options: WorkOptions = {}): Promise<ModelEntry> {
    return check(modelSchema, await this.#transport.work({ work: 'use', id }, options));
  }

  async inspect(files: readonly File[], options: WorkOptions = {}): Promise<ImportProposal> {
    const total = files.reduce((sum, { size }) => sum + size, 0);
    const tickets: string[] = [];
    let before = 0;
    try {
      for (const file of files) {
        const onProgress = ({ phase, done }: WorkProgress) =>
          options.onProgress?.({ phase, done: before + done, total: Math.max(total, before + done) });
        tickets.push(await this.#transport.takeFile(file, { ...options, onProgress }));
        before += file.size;
      }
    } catch (error) {
      // Where this fails too, the other side forgets them when it ends.
      void this.#transport.command({ command: 'forget-files', files: tickets }).catch(() => {});
      throw error;
    }
    return check(proposalSchema, await this.#transport.work({ work: 'inspect', files: tickets }, options));
  }

  async confirmImport(proposal: string, choices: ImportChoices, options: WorkOptions = {}): Promise<string> {
    const work = { work: 'confirm', proposal, choices } as const;
    return check(importedIdSchema, await this.#transport.work(work, options));
  }

  discard(proposal: string): Promise<void> {
    return this.#transport.command({ command: 'discard', proposal });
  }

  async locate(id: string, file: File, options: WorkOptions = {}): Promise<void> {
    const ticket = await this.#transport.takeFile(file, options);
    await this.#transport.work({ work: 'locate', id, file: ticket }, options);
  }

  setMirror(url: string | null): Promise<void> {
    return this.#transport.command({ command: 'set-mirror', url });
  }

  setToken(token: string | null): Promise<void> {
    return this.#transport.command({ command: 'set-token', token });
  }

  async moveFolder(path: string | null, options: WorkOptions = {}): Promise<void> {
    await this.#transport.work({ work: 'move-folder', path }, options);
  }

  reveal(id: string | null): Promise<void> {
    return this.#transport.command({ command: 'reveal', id });
  }

  openZoo(): Promise<void> {
    return this.#openZoo();
  }

  #tell(told: unknown): void {
    let snapshot: ToldSnapshot;
    try {
      snapshot = check(snapshotSchema, told);
    } catch (error) {
      if (!(error instanceof LensError)) throw error;
      this.#lose();
      return;
    }
    this.#give({ ...snapshot, connection: 'live' });
  }

  #lose(): void {
    if (this.#latest) this.#give({ ...this.#latest, connection: 'lost' });
  }

  #give(snapshot: LibrarySnapshot): void {
    this.#latest = snapshot;
    for (const listener of this.#listeners) listener(snapshot);
  }
}

function check<Value>(schema: z.ZodType<Value>, data: unknown): Value {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new ShellError(
    'shell-unreachable',
    'The library and this page are of different versions. Start the app again, or reload the page.',
    { cause: parsed.error },
  );
}
