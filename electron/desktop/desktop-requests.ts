import { basename } from 'node:path';
import { ShellError } from '../../models/errors.ts';
import type { MenuCommand } from '../../renderer/shell/menu-commands.ts';
import type { Diagnostics } from '../diagnostics/diagnostics.ts';
import type { RequestHandlers } from '../ipc/answer-request.ts';
import type { LibraryDesk } from '../weights/library-desk.ts';
import type { GivenFiles } from './given-files.ts';
import type { RecentFiles } from './recent-files.ts';

interface Parts {
  readonly given: Pick<GivenFiles, 'take' | 'pathOf'>;
  readonly recents: Pick<RecentFiles, 'list' | 'note' | 'pathOf' | 'clear'>;
  readonly diagnostics: Pick<Diagnostics, 'read' | 'logFromPage'>;
  readonly desk: Pick<LibraryDesk, 'takeFile'>;
  readonly openPaths: (paths: readonly string[]) => Promise<void>;
  readonly offer: (commands: readonly MenuCommand[]) => void;
}

type Prefix = 'files' | 'recent' | 'menu' | 'diagnostics';
type DesktopHandlers = Pick<RequestHandlers, Extract<keyof RequestHandlers, `${Prefix}:${string}`>>;

/** What the main process does for what only the desktop app has. */
export function answerDesktop({ given, recents, diagnostics, desk, openPaths, offer }: Parts): DesktopHandlers {
  return {
    'files:take': () => given.take(),
    'files:to-library': async (id) => {
      const path = given.pathOf(id);
      return { file: await desk.takeFile({ name: basename(path), path, isOurs: false }) };
    },
    'recent:list': () => recents.list(),
    'recent:note': async (paths) => {
      await recents.note(paths);
      return undefined;
    },
    'recent:open': async (id) => {
      const path = await recents.pathOf(id);
      if (path === null) throw new ShellError('shell-refused', 'This is no longer in the list of recent files.');
      await openPaths([path]);
      return undefined;
    },
    'recent:clear': async () => {
      await recents.clear();
      return undefined;
    },
    'menu:offer': (commands) => {
      offer(commands);
      return undefined;
    },
    'diagnostics:read': () => diagnostics.read(),
    'diagnostics:log': (entry) => {
      diagnostics.logFromPage(entry);
      return undefined;
    },
  };
}
