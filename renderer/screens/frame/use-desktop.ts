import { useEffect } from 'react';
import { isMenuCommand, type MenuCommand } from '../../shell/menu-commands.ts';
import { useApp } from './app-context.ts';
import { followGiven } from './take-given.ts';
import type { Action } from './use-actions.ts';

/** Lets the desktop app's menus run the actions of the table, and takes the files that the system opens with the app. */
export function useDesktop(actions: readonly Action[]): void {
  const app = useApp();
  const { desktop } = app.shell;

  useEffect(() => {
    if (!desktop) return;
    const stop = desktop.onCommand((command) => actions.find(({ id }) => id === command)?.run());
    // After listening: the answer to an offer may be a command.
    desktop.offer(commandsOf(actions));
    return stop;
  }, [desktop, actions]);

  useEffect(() => (desktop ? followGiven(app, desktop) : undefined), [app, desktop]);
}

export function commandsOf(actions: readonly Action[]): readonly MenuCommand[] {
  return actions.map(({ id }) => id).filter(isMenuCommand);
}
