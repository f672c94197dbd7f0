import { app, type BrowserWindow, nativeTheme, shell } from 'electron';
import type { Settings } from '../renderer/shell/settings.ts';
import { CommandPost } from './desktop/command-post.ts';
import { answerDesktop } from './desktop/desktop-requests.ts';
import { GivenFiles } from './desktop/given-files.ts';
import { pathOpener, pathsHandedOver } from './desktop/open-paths.ts';
import { RecentFiles } from './desktop/recent-files.ts';
import { WindowStateFile } from './desktop/window-state.ts';
import { ownWords, wordsToPaths } from './desktop/words-to-paths.ts';
import { type Diagnostics, logFolder } from './diagnostics/diagnostics.ts';
import type { LibraryDesk } from './weights/library-desk.ts';
import { AppMenu } from './windows/app-menu.ts';
import { openUiWindow } from './windows/ui-window.ts';
import { sendCommand, tellUiWindows, uiWindows } from './windows/ui-windows.ts';

/**
 * What makes a window of the page an app of this desktop: menus, one instance, files that the system opens with it, recent files, and
 * a window that comes back where it was. Made before the app is ready, because a Mac says early what to open.
 */
export class DesktopApp {
  readonly given = new GivenFiles(() => tellUiWindows('files:given', undefined));
  readonly #home: string;
  readonly #recents: RecentFiles;
  readonly #windowState: WindowStateFile;
  readonly #post = new CommandPost({ deliver: sendCommand, show: () => this.#show() });
  readonly #open: (paths: readonly string[]) => Promise<void>;
  /** Null until windows can be opened. */
  #openWindow: (() => BrowserWindow) | null = null;
  #menu: AppMenu | null = null;

  /** @param home the data folder */
  constructor(home: string) {
    this.#home = home;
    this.#recents = new RecentFiles(home);
    this.#windowState = new WindowStateFile(home);
    this.#open = pathOpener({
      given: this.given,
      recents: this.#recents,
      // Linux has no such list.
      tellSystem: (path) => process.platform !== 'linux' && app.addRecentDocument(path),
    });
    // Windows gathers windows, pins and recent files under this name, the installer's (electron/packaging).
    if (process.platform === 'win32') app.setAppUserModelId('app.cvt-lens.CvTLens');
    app.on('open-file', (event, path) => {
      event.preventDefault();
      this.#openAndShow([path]);
    });
    app.on('second-instance', (_event, _argv, _folder, data) => this.#openAndShow(pathsHandedOver(data)));
    app.on('activate', () => this.#show());
  }

  /** Asks to be the only one. Another one that runs already is told what this one was to open. */
  isFirst(): boolean {
    const paths = wordsToPaths(ownWords(process.argv, process.defaultApp === true), process.cwd());
    if (!app.requestSingleInstanceLock({ paths })) return false;
    if (paths.length > 0) void this.#open(paths);
    return true;
  }

  /** The answers to a page's requests about all this. */
  answers(diagnostics: Diagnostics, desk: LibraryDesk) {
    return answerDesktop({
      given: this.given,
      recents: this.#recents,
      diagnostics,
      desk,
      openPaths: this.#open,
      offer: (commands) => {
        this.#menu?.update({ offered: new Set(commands) });
        this.#post.pageListens();
      },
    });
  }

  /** Shows the menus and the first window. Once the app is ready. */
  async start(root: string, settings: Settings): Promise<void> {
    nativeTheme.themeSource = settings.theme;
    this.#menu = new AppMenu(
      {
        platform: process.platform,
        offered: new Set(),
        theme: settings.theme,
        device: settings.device,
        recents: await this.#recents.list(),
        isDevelopment: !app.isPackaged,
      },
      {
        run: (command) => this.#post.run(command),
        openRecent: (id) => void this.#recents.pathOf(id).then((path) => path !== null && this.#openAndShow([path])),
        clearRecent: () => void this.#recents.clear(),
        showLogs: () => void shell.openPath(logFolder(this.#home)),
      },
    );
    this.#recents.subscribe((recents) => {
      this.#menu?.update({ recents });
      tellUiWindows('recent:changed', recents);
      if (recents.length === 0 && process.platform !== 'linux') app.clearRecentDocuments();
    });
    this.#openWindow = () => openUiWindow(root, this.#windowState);
    this.#show();
  }

  /** The menus mark what is chosen; they and the window's own frame have the app's theme. */
  settingsChanged({ theme, device }: Partial<Settings>): void {
    if (theme) nativeTheme.themeSource = theme;
    this.#menu?.update({ ...(theme && { theme }), ...(device && { device }) });
  }

  /** Resolves once all is on the disk. */
  async close(): Promise<void> {
    await Promise.all([this.#recents.close(), this.#windowState.close()]);
  }

  #openAndShow(paths: readonly string[]): void {
    if (paths.length > 0) void this.#open(paths);
    this.#show();
  }

  #show(): void {
    const [window] = uiWindows();
    if (window !== undefined) {
      if (window.isMinimized()) window.restore();
      window.focus();
      return;
    }
    const opened = this.#openWindow?.();
    // A page that is loaded again has to say anew that it listens.
    opened?.webContents.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#pageIsGone();
    });
    opened?.on('closed', () => {
      this.#pageIsGone();
      // The hidden engine window is open still, so Electron's own `window-all-closed` never comes. A Mac app stays.
      if (process.platform !== 'darwin' && uiWindows().length === 0) app.quit();
    });
  }

  #pageIsGone(): void {
    this.#post.pageIsGone();
    this.#menu?.update({ offered: new Set() });
  }
}
