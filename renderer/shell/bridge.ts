import type { ErrorMessage } from '../../models/errors.ts';
import type { LogEntry } from './diagnostics.ts';
import type { LibraryCommand, LibraryWork } from './library-wire.ts';
import type { MenuCommand } from './menu-commands.ts';
import type { SettingsChange } from './settings.ts';

/** An answer that has crossed a process: Electron drops an error's class and code, so they travel as data. */
export type Outcome<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ErrorMessage };

/**
 * What the preload script of a UI window puts on `window.cvtLens` (electron/preload/preload.ts). Values are `unknown` because
 * they come from another process: the shell in this page checks them, as it does with the server's.
 */
export interface LensBridge {
  versions(): Promise<Outcome<unknown>>;
  models(): Promise<Outcome<unknown>>;
  samples(): Promise<Outcome<unknown>>;
  readSettings(): Promise<Outcome<unknown>>;
  writeSettings(change: SettingsChange): Promise<Outcome<unknown>>;
  gpuStanding(): Promise<Outcome<unknown>>;
  retryGpu(): Promise<Outcome<unknown>>;
  openExternal(url: string): Promise<Outcome<unknown>>;
  readonly library: LibraryBridge;
  readonly desktop: DesktopBridge;
  diagnostics(): Promise<Outcome<unknown>>;
  log(entry: LogEntry): Promise<Outcome<unknown>>;
  /**
   * Asks for a port to the engine. It arrives as a `message` event of this window with {@link ENGINE_PORT_MESSAGE} as data:
   * ports cannot pass the context bridge. Another arrives whenever the engine was started again.
   */
  requestEnginePort(): void;
}

/** What of {@link LensBridge} only the desktop app has: menus, files from the system, recent files. */
export interface DesktopBridge {
  onCommand(listener: (command: unknown) => void): () => void;
  offer(commands: readonly MenuCommand[]): Promise<Outcome<unknown>>;
  onGiven(listener: () => void): () => void;
  takeGiven(): Promise<Outcome<unknown>>;
  /** Names a given file to the library, as `takeFile` a dropped one. */
  toLibrary(id: string): Promise<Outcome<unknown>>;
  recents(): Promise<Outcome<unknown>>;
  onRecents(listener: (files: unknown) => void): () => void;
  openRecent(id: string): Promise<Outcome<unknown>>;
  clearRecents(): Promise<Outcome<unknown>>;
  /** Their paths are looked up on the other side of the bridge; the page never has them. */
  noteRecents(files: readonly File[]): Promise<Outcome<unknown>>;
}

/** The library's part of {@link LensBridge}. */
export interface LibraryBridge {
  /** Snapshots from the present one on, until the answer is called. */
  follow(listener: (snapshot: unknown) => void): () => void;
  command(command: LibraryCommand): Promise<Outcome<unknown>>;
  /** @param ticket of the caller's making, for {@link cancel} */
  work(ticket: string, work: LibraryWork, onProgress: (progress: unknown) => void): Promise<Outcome<unknown>>;
  cancel(ticket: string): Promise<Outcome<unknown>>;
  /** Names a file that the user dropped or chose to the main process; the page learns a ticket, not a path. */
  takeFile(file: File): Promise<Outcome<unknown>>;
}

/** What the preload script of the hidden engine window puts on `window.cvtLensEngine`. */
export interface EngineBridge {
  /** The page listens for ports from here on; each arrives as {@link ENGINE_PORT_MESSAGE}. */
  ready(): void;
}

export const BRIDGE_KEY = 'cvtLens';
export const ENGINE_BRIDGE_KEY = 'cvtLensEngine';

/** Data of the window message that carries an engine port from a preload script to its page. */
export const ENGINE_PORT_MESSAGE = 'cvt-lens:engine-port';

declare global {
  interface Window {
    readonly cvtLens?: LensBridge;
    readonly cvtLensEngine?: EngineBridge;
  }
}
