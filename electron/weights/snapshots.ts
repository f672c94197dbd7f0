import { toErrorMessage } from '../../models/errors.ts';
import type { LibraryEntry } from '../../renderer/shell/library-entry.ts';
import type { ToldSnapshot } from '../../renderer/shell/library-wire.ts';
import { diskFailure } from './disk-failure.ts';
import type { Library } from './library.ts';

/** Between two snapshots; what happens meanwhile is in the second one. */
const PAUSE_MS = 120;

type Surroundings = Pick<ToldSnapshot, 'hub' | 'abilities'>;

/** Turns the library's events into snapshots of all of it: whoever listens has nothing to keep in step. */
export class Snapshots {
  readonly #library: Library;
  readonly #surroundings: () => Promise<Surroundings>;
  readonly #listeners = new Set<(snapshot: ToldSnapshot) => void>();
  readonly #stop: () => void;
  #moving: ToldSnapshot['moving'] = null;
  #entries: readonly LibraryEntry[] = [];
  #due = false;
  #busy = false;
  #closed = false;

  constructor(library: Library, surroundings: () => Promise<Surroundings>) {
    this.#library = library;
    this.#surroundings = surroundings;
    this.#stop = library.subscribe((event) => {
      if (event.kind === 'moving') this.#moving = { done: event.done, total: event.total };
      if (event.kind === 'folder' || event.kind === 'stayed') this.#moving = null;
      this.refresh();
    });
  }

  subscribe(listener: (snapshot: ToldSnapshot) => void): () => void {
    this.#listeners.add(listener);
    this.refresh();
    return () => this.#listeners.delete(listener);
  }

  /** Tells everyone how things are, soon. */
  refresh(): void {
    this.#due = true;
    if (this.#busy || this.#listeners.size === 0) return;
    this.#run().catch((error: unknown) => console.error('The library cannot be told of:', error));
  }

  close(): void {
    this.#closed = true;
    this.#listeners.clear();
    this.#stop();
  }

  async #run(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#due && this.#listeners.size > 0) {
        this.#due = false;
        const snapshot = await this.take();
        if (this.#closed) return;
        for (const listener of this.#listeners) listener(snapshot);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
      }
    } finally {
      this.#busy = false;
    }
  }

  /** How things are now. */
  async take(): Promise<ToldSnapshot> {
    const library = this.#library;
    let problem: ToldSnapshot['problem'] = null;
    let totalSize = 0;
    try {
      this.#entries = await library.list();
      totalSize = await library.totalSize();
    } catch (error) {
      problem = toErrorMessage(diskFailure(library.folder, error));
    }
    const surroundings = await this.#surroundings();
    const { folder } = library;
    return { entries: this.#entries, problem, folder, totalSize, moving: this.#moving, ...surroundings };
  }
}
