import { randomUUID } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { kindOfName } from '../../renderer/pipeline/file-kinds.ts';
import type { RecentFile } from '../../renderer/shell/desktop.ts';
import { writeWhole } from '../settings/write-whole.ts';

/** As many as a menu shows well. */
export const MOST_RECENT = 12;

const fileSchema = z.array(
  z.object({ id: z.string().min(1).max(100), path: z.string().min(1), isFolder: z.boolean() }),
);
type Entry = z.infer<typeof fileSchema>[number];

/** What was opened before, the latest first, kept in the data folder. A page sees names and ids; paths stay here. */
export class RecentFiles {
  readonly #path: string;
  readonly #listeners = new Set<(files: readonly RecentFile[]) => void>();
  #entries: readonly Entry[] = [];
  /** Changes come one after the other; the first is the reading. */
  #work: Promise<void>;

  /** @param home the data folder */
  constructor(home: string) {
    this.#path = join(home, 'recent-files.json');
    this.#work = this.#read();
  }

  async list(): Promise<readonly RecentFile[]> {
    await this.#work;
    return shown(this.#entries);
  }

  /** Hears of every change. */
  subscribe(listener: (files: readonly RecentFile[]) => void): void {
    this.#listeners.add(listener);
  }

  /** The last of `paths` becomes the first of the list. Paths where nothing is are left out. */
  note(paths: readonly string[]): Promise<void> {
    return this.#change(async (entries) => {
      let changed = entries;
      for (const path of paths.slice(-MOST_RECENT)) {
        const status = await stat(path).catch(() => null);
        if (status === null) continue;
        const known = changed.find((entry) => entry.path === path);
        const entry = { id: known?.id ?? randomUUID(), path, isFolder: status.isDirectory() };
        changed = [entry, ...changed.filter((other) => other !== known)];
      }
      return changed.slice(0, MOST_RECENT);
    });
  }

  /** Null for an id that is not, or no longer, in the list. */
  async pathOf(id: string): Promise<string | null> {
    await this.#work;
    return this.#entries.find((entry) => entry.id === id)?.path ?? null;
  }

  forget(path: string): Promise<void> {
    return this.#change((entries) => entries.filter((entry) => entry.path !== path));
  }

  clear(): Promise<void> {
    return this.#change(() => []);
  }

  /** Resolves once all is on the disk. */
  async close(): Promise<void> {
    await this.#work;
  }

  /** A list that cannot be written still holds for this start: nothing that the user asked for failed. */
  #change(change: (entries: readonly Entry[]) => Promise<readonly Entry[]> | readonly Entry[]): Promise<void> {
    this.#work = this.#work.then(async () => {
      const changed = await change(this.#entries);
      if (JSON.stringify(changed) === JSON.stringify(this.#entries)) return;
      this.#entries = changed;
      for (const listener of this.#listeners) listener(shown(changed));
      await writeWhole(this.#path, `${JSON.stringify(changed, null, 2)}\n`).catch((error: unknown) =>
        console.error('The list of recent files could not be written:', error),
      );
    });
    return this.#work;
  }

  /** What is missing or damaged is an empty list: there is nothing in it that is worth a question. */
  async #read(): Promise<void> {
    const text = await readFile(this.#path, 'utf8').catch(() => '[]');
    try {
      this.#entries = fileSchema.parse(JSON.parse(text)).slice(0, MOST_RECENT);
    } catch {
      console.error('The list of recent files is damaged; a new one is begun.');
    }
  }
}

function shown(entries: readonly Entry[]): readonly RecentFile[] {
  return entries.map(({ id, path, isFolder }) => {
    const name = basename(path);
    const isTwice = entries.filter((other) => basename(other.path) === name).length > 1;
    const title = isTwice ? `${basename(dirname(path))}/${name}` : name;
    return { id, title: title || path, kind: isFolder ? 'folder' : KINDS[kindOfName(name)] };
  });
}

const KINDS = {
  picture: 'picture',
  checkpoint: 'model',
  recipe: 'recipe',
  companion: 'other',
  unknown: 'other',
} as const;
