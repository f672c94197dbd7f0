import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CancelledError, ImportError } from '../../models/errors.ts';
import type { ImportFile } from './import-files.ts';

/** A file that a page speaks of by a ticket. */
export interface TakenFile extends ImportFile {
  /** It was sent here and is removed once it is not needed. */
  readonly isOurs: boolean;
}

const SENT_PREFIX = '.sent-';
/** A sent file that nobody has touched for this long was left by a process that died. */
const STALE_MS = 24 * 60 * 60 * 1000;
const MOST_FILES = 256;

/** The files that pages have named: a page never sees or gives a path. */
export class TakenFiles {
  readonly #files = new Map<string, TakenFile>();
  /** Tickets that were given up before their file had come. */
  readonly #withdrawn = new Set<string>();

  /**
   * @param ticket the page's own, so that it can give up a file whose sending it has not seen the end of
   * @returns the file's ticket
   * @throws CancelledError where it was given up meanwhile
   */
  async add(file: TakenFile, ticket: string = randomUUID()): Promise<string> {
    if (this.#withdrawn.delete(ticket)) {
      await removeSent(file);
      throw new CancelledError();
    }
    for (const [oldest] of this.#files) if (this.#files.size >= MOST_FILES) await removeSent(this.#drop(oldest));
    this.#files.set(ticket, file);
    return ticket;
  }

  /** Hands a file over; its ticket is used up. @throws ImportError `import-gone` */
  take(ticket: string): TakenFile {
    const file = this.#drop(ticket);
    if (file) return file;
    throw new ImportError('import-gone', 'A file of this import is no longer known. Drop the files once more.');
  }

  /** Those that are known of these, and the others as soon as they come. */
  async forget(tickets: Iterable<string>): Promise<void> {
    await Promise.all(
      [...tickets].map(async (ticket) => {
        const file = this.#drop(ticket);
        if (file) await removeSent(file);
        else this.#withdraw(ticket);
      }),
    );
  }

  close(): Promise<void> {
    return this.forget(this.#files.keys());
  }

  #withdraw(ticket: string): void {
    for (const oldest of this.#withdrawn) if (this.#withdrawn.size >= MOST_FILES) this.#withdrawn.delete(oldest);
    this.#withdrawn.add(ticket);
  }

  #drop(ticket: string): TakenFile | undefined {
    const file = this.#files.get(ticket);
    this.#files.delete(ticket);
    return file;
  }
}

/** Removes a file that was sent; the user's own stay. */
export async function removeSent(file: TakenFile | undefined): Promise<void> {
  if (file?.isOurs) await rm(file.path, { force: true });
}

/** A name for a file that is being sent. @param folder Library.incoming */
export function sentPath(folder: string): string {
  return join(folder, `${SENT_PREFIX}${randomUUID()}`);
}

/** Removes what an earlier process left. */
export async function sweepSent(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(SENT_PREFIX)) continue;
    const status = await stat(join(folder, name)).catch(() => null);
    if (status && Date.now() - status.mtimeMs > STALE_MS) await rm(join(folder, name), { force: true });
  }
}
