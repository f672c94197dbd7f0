import { app } from 'electron';
import { openUiWindow } from './windows/ui-window.ts';
import { uiWindows } from './windows/ui-windows.ts';

/** Opens the first window, and decides what the system's requests and the last window's end mean. */
export function runWindows(root: string): void {
  const open = (): void => {
    openUiWindow(root).on('closed', () => {
      // The hidden engine window is open still, so Electron's own `window-all-closed` never comes. A Mac app stays.
      if (process.platform !== 'darwin' && uiWindows().length === 0) app.quit();
    });
  };
  const show = (): void => {
    const [window] = uiWindows();
    if (window === undefined) open();
    else {
      if (window.isMinimized()) window.restore();
      window.focus();
    }
  };
  app.on('second-instance', show);
  app.on('activate', show);
  open();
}

/** Lets downloads come to rest before the app ends, once; what has arrived is kept. */
export function closeBeforeQuit(service: { close(): Promise<void> }): void {
  let closing: Promise<void> | null = null;
  app.on('will-quit', (event) => {
    if (closing !== null) return;
    event.preventDefault();
    closing = service.close().catch((error: unknown) => console.error(error));
    void closing.then(() => app.quit());
  });
}

/** Ctrl-C in the terminal that started us, or a supervisor's wish: quit as a user would. */
export function quitOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => app.quit());
}
