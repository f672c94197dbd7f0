import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions, MenuItemConstructorOptions } from 'electron';
import { vi } from 'vitest';

/**
 * As much of Electron as the main process and the preload scripts touch, remembering what they did with it. What is not here is
 * not used: using it fails the test.
 */

type Listener = (...values: never[]) => unknown;

export class FakeContents extends EventEmitter {
  readonly postMessage = vi.fn();
  readonly executeJavaScript = vi.fn(async () => undefined);
  readonly sent: { readonly channel: string; readonly value: unknown }[] = [];
  windowOpenHandler: ((details: { url: string }) => unknown) | null = null;
  url = '';

  setWindowOpenHandler(handler: (details: { url: string }) => unknown): void {
    this.windowOpenHandler = handler;
  }

  send(channel: string, value?: unknown): void {
    this.sent.push({ channel, value });
  }

  getURL(): string {
    return this.url;
  }

  /** Emits an event that can be prevented; answers whether it was. */
  tries(event: string, details: object = {}): boolean {
    const preventDefault = vi.fn();
    this.emit(event, { preventDefault, ...details });
    return preventDefault.mock.calls.length > 0;
  }
}

export class FakeWindow extends EventEmitter {
  static all: FakeWindow[] = [];
  static focused: FakeWindow | null = null;
  static readonly getAllWindows = () => FakeWindow.all;
  static readonly getFocusedWindow = () => FakeWindow.focused;
  /** Called with each new one, as `web-contents-created` is. */
  static onCreated: (contents: FakeContents) => void = () => {};

  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new FakeContents();
  readonly show = vi.fn();
  readonly focus = vi.fn();
  readonly restore = vi.fn();
  readonly maximize = vi.fn();
  bounds = { x: 10, y: 20, width: 1000, height: 700 };
  minimized = false;
  maximized = false;
  destroyed = false;

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    FakeWindow.all.push(this);
    FakeWindow.onCreated(this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    this.webContents.url = url;
  }

  isMinimized = () => this.minimized;
  isMaximized = () => this.maximized;
  isDestroyed = () => this.destroyed;
  getNormalBounds = () => this.bounds;

  close(): void {
    this.emit('close', {});
    this.destroy();
  }

  destroy(): void {
    this.destroyed = true;
    FakeWindow.all = FakeWindow.all.filter((window) => window !== this);
    this.emit('closed');
  }
}

export function fakeElectron(overrides: { readonly lock?: boolean; readonly isPackaged?: boolean } = {}) {
  FakeWindow.all = [];
  FakeWindow.focused = null;
  const app = Object.assign(new EventEmitter(), {
    setPath: vi.fn(),
    getVersion: () => '1.2.3',
    commandLine: { appendSwitch: vi.fn(), hasSwitch: () => false },
    disableHardwareAcceleration: vi.fn(),
    disableDomainBlockingFor3DAPIs: vi.fn(),
    getGPUFeatureStatus: () => ({ webgpu: 'enabled' }),
    requestSingleInstanceLock: vi.fn((_data: unknown) => overrides.lock ?? true),
    isPackaged: overrides.isPackaged ?? true,
    whenReady: vi.fn(async () => {}),
    quit: vi.fn(),
    exit: vi.fn(),
    relaunch: vi.fn(),
    addRecentDocument: vi.fn(),
    clearRecentDocuments: vi.fn(),
    dock: undefined,
  });
  FakeWindow.onCreated = (contents) => app.emit('web-contents-created', {}, contents);
  const defaultSession = {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
    webRequest: { onBeforeRequest: vi.fn() },
    resolveProxy: vi.fn(async () => 'DIRECT'),
  };
  const handlers = new Map<string, Listener>();
  const ipcMain = Object.assign(new EventEmitter(), {
    handle: (channel: string, handler: Listener) => {
      handlers.set(channel, handler);
    },
  });
  const protocol = { registerSchemesAsPrivileged: vi.fn(), handle: vi.fn() };
  const menus: MenuItemConstructorOptions[][] = [];
  const Menu = {
    buildFromTemplate: (template: MenuItemConstructorOptions[]) => template,
    setApplicationMenu: vi.fn((template: MenuItemConstructorOptions[]) => menus.push(template)),
  };
  class MessageChannelMain {
    readonly port1 = Object.assign(new EventEmitter(), { postMessage: vi.fn(), start: vi.fn(), close: vi.fn() });
    readonly port2 = Object.assign(new EventEmitter(), { postMessage: vi.fn(), start: vi.fn(), close: vi.fn() });
  }
  const nativeTheme = { shouldUseDarkColors: false, themeSource: 'system' };
  const shell = { openExternal: vi.fn(async () => {}), openPath: vi.fn(async () => ''), showItemInFolder: vi.fn() };
  const display = { id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1080 } };
  const module = {
    app,
    BrowserWindow: FakeWindow,
    dialog: { showErrorBox: vi.fn(), showMessageBox: vi.fn(), showOpenDialog: vi.fn() },
    ipcMain,
    Menu,
    MessageChannelMain,
    nativeTheme,
    protocol,
    safeStorage: { isEncryptionAvailable: () => false },
    screen: { getPrimaryDisplay: () => display, getAllDisplays: () => [display] },
    session: { defaultSession },
    shell,
  };
  return { module, app, defaultSession, handlers, ipcMain, protocol, menus, nativeTheme, shell };
}

/** What a preload script has of Electron, and what it gave the page. */
export function fakePreloadElectron() {
  const exposed = new Map<string, unknown>();
  const ipcRenderer = Object.assign(new EventEmitter(), {
    invoke: vi.fn(async (_channel: string, ..._argument: unknown[]) => ({ ok: true, value: null })),
    send: vi.fn(),
  });
  const module = {
    contextBridge: { exposeInMainWorld: (key: string, api: unknown) => exposed.set(key, api) },
    ipcRenderer,
    webUtils: { getPathForFile: (_file: unknown) => '/home/ann/cat.jpg' },
  };
  return { module, exposed, ipcRenderer };
}
