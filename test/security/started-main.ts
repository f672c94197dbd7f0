import { vi } from 'vitest';
import { type StandInApp, standInApp } from '../serve/stand-in-app.ts';
import { type FakeContents, FakeWindow, fakeElectron } from './fake-electron.ts';

/** The whole main process, electron/main.ts, over a fake Electron and the files of a stand-in app. */
export interface StartedMain extends ReturnType<typeof fakeElectron> {
  readonly files: StandInApp;
  /** The window that a user sees. */
  readonly ui: FakeWindow;
  readonly engine: FakeWindow;
  /** Asks as a page does. */
  ask(channel: string, argument?: unknown, sender?: Sender): Promise<unknown>;
  stop(): Promise<void>;
}

export interface Sender {
  readonly contents: FakeContents;
  /** Null for a frame that is gone. */
  readonly frame: { readonly url: string; readonly parent: object | null } | null;
}

export interface StartOptions {
  /** The command line, without Electron and the app. */
  readonly words?: readonly string[];
  readonly lock?: boolean;
  readonly platform?: NodeJS.Platform;
  /** Before the app is ready. */
  readonly early?: (electron: ReturnType<typeof fakeElectron>) => void;
}

export async function startMain({ words = [], lock, platform, early }: StartOptions = {}): Promise<StartedMain> {
  vi.resetModules();
  const files = await standInApp();
  const electron = fakeElectron(lock === undefined ? {} : { lock });
  vi.stubEnv('CVT_LENS_HOME', files.home);
  const { argv } = process;
  const { platform: own } = process;
  process.argv = [process.execPath, ...words];
  if (platform) Object.defineProperty(process, 'platform', { value: platform });
  const said = { error: console.error, warn: console.warn };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtExceptionMonitor'] as const;
  const before = new Map(signals.map((signal) => [signal, process.listeners(signal as 'SIGINT')]));
  vi.doMock('electron', () => electron.module);
  vi.doMock('../../electron/app-root.ts', () => ({
    findAppRoot: () => files.root,
    unpackedPath: (file: string) => file,
  }));
  let ready: () => void = () => {};
  electron.app.whenReady.mockReturnValue(
    new Promise((resolve) => {
      ready = resolve;
    }),
  );
  await import('../../electron/main.ts');
  early?.(electron);
  ready();
  const byPath = (path: string) =>
    FakeWindow.all.find(({ webContents }) => webContents.url.startsWith(`app://cvt-lens${path}`));
  if (lock !== false) {
    await vi.waitFor(() => {
      if (!byPath('/engine.html') || FakeWindow.all.length < 2) throw new Error('The windows are not open yet.');
      if (electron.app.listenerCount('will-quit') < 3) throw new Error('The start is not through yet.');
    });
  }
  const engine = byPath('/engine.html')!;
  const ui = FakeWindow.all.find((window) => window !== engine)!;
  return {
    ...electron,
    files,
    ui,
    engine,
    async ask(channel, argument, { contents, frame } = ownPage(ui.webContents)) {
      const handler = electron.handlers.get(channel);
      if (!handler) throw new Error(`Nobody answers ${channel}.`);
      return (handler as (event: object, argument: unknown) => unknown)(
        { sender: contents, senderFrame: frame },
        argument,
      );
    },
    async stop() {
      electron.app.quit.mockClear();
      electron.app.emit('will-quit', { preventDefault() {} });
      await vi.waitFor(() => {
        if (lock !== false && electron.app.quit.mock.calls.length === 0) throw new Error('It does not end.');
      });
      Object.assign(console, said);
      for (const [signal, listeners] of before)
        for (const listener of process.listeners(signal as 'SIGINT'))
          if (!listeners.includes(listener)) process.off(signal, listener);
      process.argv = argv;
      if (platform) Object.defineProperty(process, 'platform', { value: own });
      vi.unstubAllEnvs();
      vi.doUnmock('electron');
      vi.doUnmock('../../electron/app-root.ts');
      await files.remove();
    },
  };
}

export function ownPage(contents: FakeContents): Sender {
  return { contents, frame: { url: 'app://cvt-lens/', parent: null } };
}
