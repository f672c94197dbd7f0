import { type BrowserWindow, screen } from 'electron';
import type { Bounds, WindowStateFile } from '../desktop/window-state.ts';

/** A window that is dragged tells of every pixel. */
const SETTLED_MS = 500;

/** The areas of all displays, the main one first. Once the app is ready. */
export function displayAreas(): readonly Bounds[] {
  const main = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== main.id);
  return [main, ...others].map(({ workArea }) => workArea);
}

/** Writes down where the window stands whenever it has come to rest, and when it closes. */
export function keepWindowState(window: BrowserWindow, file: WindowStateFile): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = (): void => {
    clearTimeout(timer);
    if (!window.isDestroyed()) void file.write({ bounds: window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const changed = (): void => {
    clearTimeout(timer);
    timer = setTimeout(write, SETTLED_MS);
  };
  window.on('resize', changed);
  window.on('move', changed);
  window.on('maximize', changed);
  window.on('unmaximize', changed);
  window.on('close', write);
  window.on('closed', () => clearTimeout(timer));
}
