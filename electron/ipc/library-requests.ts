import { basename } from 'node:path';
import { ShellError } from '../../models/errors.ts';
import type { LibraryDesk } from '../weights/library-desk.ts';
import type { RequestHandlers } from './answer-request.ts';
import type { TidingChannel, Tidings } from './contract.ts';

/** Tells every UI window. */
export type Tell = <Channel extends TidingChannel>(channel: Channel, tidings: Tidings[Channel]) => void;

/** Progress at most this often. */
const PROGRESS_MS = 100;

type LibraryHandlers = Pick<RequestHandlers, Extract<keyof RequestHandlers, `library:${string}`>>;

/** What the main process does for a page's library, and what it tells unasked. */
export function answerLibrary(desk: LibraryDesk, tell: Tell): LibraryHandlers {
  const running = new Map<string, AbortController>();
  desk.subscribe((snapshot) => tell('library:changed', snapshot));
  return {
    'library:snapshot': () => desk.snapshot(),
    'library:command': async (command) => {
      await desk.command(command);
      return undefined;
    },
    'library:work': async ({ ticket, work }) => {
      if (running.has(ticket)) throw new ShellError('shell-refused', 'This work is being done already.');
      const ending = new AbortController();
      running.set(ticket, ending);
      let told = Number.NEGATIVE_INFINITY;
      try {
        return await desk.work(work, {
          signal: ending.signal,
          progress: (progress) => {
            const now = performance.now();
            if (now - told < PROGRESS_MS && progress.done < progress.total) return;
            told = now;
            tell('library:progress', { ticket, progress });
          },
        });
      } finally {
        running.delete(ticket);
      }
    },
    'library:cancel': (ticket) => {
      running.get(ticket)?.abort();
      return undefined;
    },
    'library:file': async (path) => ({
      file: await desk.takeFile({ name: basename(path), path, isOurs: false }),
    }),
  };
}
