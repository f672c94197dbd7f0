import { writeFile } from 'node:fs/promises';
import { BrowserWindow, dialog, nativeTheme } from 'electron';
import { APP_ORIGIN } from '../protocol/app-origin.ts';
import { pagePreferences } from './page-preferences.ts';
import { setRole } from './window-roles.ts';

/** Opens a window with the app in it; it shows once there is something to see. */
export function openUiWindow(root: string): BrowserWindow {
  const window = new BrowserWindow({
    width: 1360,
    height: 900,
    minWidth: 800,
    minHeight: 560,
    show: false,
    title: 'CvT Lens',
    // No flash of the other theme before the page is drawn.
    backgroundColor: nativeTheme.shouldUseDarkColors ? '#101214' : '#ffffff',
    autoHideMenuBar: true,
    webPreferences: pagePreferences(root, 'preload'),
  });
  setRole(window.webContents, 'ui');
  window.once('ready-to-show', () => {
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
