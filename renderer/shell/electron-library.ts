import { CancelledError, throwIfCancelled } from '../../models/errors.ts';
import type { DesktopBridge, LibraryBridge } from './bridge.ts';
import { givenIdOf } from './given-file.ts';
import type { LibraryTransport } from './library-client.ts';
import { fileTicketSchema, type LibraryCommand, type LibraryWork, workProgressSchema } from './library-wire.ts';
import type { WorkOptions } from './model-library.ts';
import { unwrap } from './unwrap.ts';

/** The library's way over the preload script's bridge. The main process is there as long as the window is. */
export class ElectronLibrary implements LibraryTransport {
  readonly #bridge: LibraryBridge;
  readonly #desktop: Pick<DesktopBridge, 'toLibrary'>;

  constructor(bridge: LibraryBridge, desktop: Pick<DesktopBridge, 'toLibrary'>) {
    this.#bridge = bridge;
    this.#desktop = desktop;
  }

  follow(told: (snapshot: unknown) => void): () => void {
    return this.#bridge.follow(told);
  }

  async command(command: LibraryCommand): Promise<void> {
    unwrap(await this.#bridge.command(command));
  }

  async work(work: LibraryWork, { signal, onProgress }: WorkOptions): Promise<unknown> {
    throwIfCancelled(signal);
    const ticket = crypto.randomUUID();
    const cancel = () => void this.#bridge.cancel(ticket);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const outcome = await this.#bridge.work(ticket, work, (data) => {
        const progress = workProgressSchema.safeParse(data);
        if (progress.success) onProgress?.(progress.data);
      });
      if (!outcome.ok && signal?.aborted) throw new CancelledError();
      return unwrap(outcome);
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async takeFile(file: File): Promise<string> {
    const given = givenIdOf(file);
    const outcome = given === null ? this.#bridge.takeFile(file) : this.#desktop.toLibrary(given);
    return fileTicketSchema.parse(unwrap(await outcome)).file;
  }
}
