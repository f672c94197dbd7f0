import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BrowserWindow, dialog, nativeTheme } from 'electron';
import { MIN_SIZE, placeWindow, type WindowStateFile } from '../desktop/window-state.ts';
import { APP_ORIGIN } from '../protocol/app-origin.ts';
import { displayAreas, keepWindowState } from './keep-window-state.ts';
import { pagePreferences } from './page-preferences.ts';
import { setRole } from './window-roles.ts';

/** Opens a window with the app in it, where the last one stood; it shows once there is something to see. */
export function openUiWindow(root: string, state: WindowStateFile): BrowserWindow {
  const { size, position, maximized } = placeWindow(state.read(), displayAreas());
  const window = new BrowserWindow({
    ...size,
    ...position,
    minWidth: MIN_SIZE.width,
    minHeight: MIN_SIZE.height,
    show: false,
    title: 'CvT Lens',
    // No flash of the other theme before the page is drawn.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#101214' : '#ffffff',
    // Elsewhere the icon comes from the executable.
    ...(process.platform === 'linux' && { icon: join(root, 'assets', 'icons', 'png', '512.png') }),
    webPreferences: pagePreferences(root, 'preload'),
  });
  setRole(window.webContents, 'ui');
  keepWindowState(window, state);
  window.once('ready-to-show', () => {
    if (maximized) window.maximize();
    window.show();
    reportShown();
  });
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') void offerReload(window, reason);
  });
  window.loadURL(`${APP_ORIGIN}/`).catch((error: unknown) => {
    // A window that is closed while it loads is no failure.
    if (!window.isDestroyed()) dialog.showErrorBox('CvT Lens could not load its window', String(error));
  });
  return window;
}

async function offerReload(window: BrowserWindow, reason: string): Promise<void> {
  if (window.isDestroyed()) return;
  const { response } = await dialog.showMessageBox(window, {
    type: 'error',
    message: 'This window stopped working.',
    detail: `Its process ended (${reason}). Nothing on disk was changed.`,
    buttons: ['Reload', 'Close'],
    defaultId: 0,
    cancelId: 1,
  });
  if (window.isDestroyed()) return;
  if (response === 0) window.reload();
  else window.destroy();
}

/** Tells `npm start` that Electron works on this machine (electron/bootstrap/start.mjs). */
function reportShown(): void {
  const file = process.env.CVT_LENS_SHOWN_FILE;
  if (file) writeFile(file, '').catch((error: unknown) => console.error(`${file} could not be written:`, error));
}
