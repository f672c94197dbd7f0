import type { Engine } from '../engine/engine.ts';
import type { LensBridge } from './bridge.ts';
import type { Desktop } from './desktop.ts';
import { type HostDiagnostics, hostDiagnosticsSchema, type LogEntry } from './diagnostics.ts';
import { ElectronDesktop } from './electron-desktop.ts';
import { ElectronLibrary } from './electron-library.ts';
import { LibraryClient } from './library-client.ts';
import type { ModelLibrary } from './model-library.ts';
import { parseSettings, type Settings, type SettingsChange } from './settings.ts';
import {
  EXTERNAL_LINKS,
  type GpuControl,
  type ModelEntry,
  type SampleEntry,
  type Shell,
  type ShellVersions,
} from './shell.ts';
import { unwrap, unwrapAs } from './unwrap.ts';
import { gpuSchema, modelsSchema, samplesSchema, versionsSchema } from './wire.ts';

/** {@link Shell} for a window of the desktop app: the main process answers through the preload script's bridge. */
export class ElectronShell implements Shell {
  readonly kind = 'electron';
  readonly gpu: GpuControl;
  readonly desktop: Desktop;
  readonly #bridge: LensBridge;
  readonly #connectEngine: () => Engine;
  #engine: Engine | null = null;
  #library: ModelLibrary | null = null;

  /** @param connectEngine connects to the engine window; called once, when the engine is first asked for */
  constructor(bridge: LensBridge, connectEngine: () => Engine) {
    this.#bridge = bridge;
    this.desktop = new ElectronDesktop(bridge.desktop);
    this.gpu = {
      standing: async () => unwrapAs(gpuSchema, await bridge.gpuStanding()),
      retry: async () => void unwrap(await bridge.retryGpu()),
    };
    this.#connectEngine = connectEngine;
  }

  async versions(): Promise<ShellVersions> {
    return unwrapAs(versionsSchema, await this.#bridge.versions());
  }

  async models(): Promise<readonly ModelEntry[]> {
    return unwrapAs(modelsSchema, await this.#bridge.models());
  }

  async samples(): Promise<readonly SampleEntry[]> {
    return unwrapAs(samplesSchema, await this.#bridge.samples());
  }

  async readSettings(): Promise<Settings> {
    return parseSettings(unwrap(await this.#bridge.readSettings()));
  }

  async writeSettings(change: SettingsChange): Promise<void> {
    unwrap(await this.#bridge.writeSettings(change));
  }

  engine(): Engine {
    this.#engine ??= this.#connectEngine();
    return this.#engine;
  }

  library(): ModelLibrary {
    this.#library ??= new LibraryClient(new ElectronLibrary(this.#bridge.library, this.#bridge.desktop), () =>
      this.openExternal(EXTERNAL_LINKS.officialZoo),
    );
    return this.#library;
  }

  async diagnostics(): Promise<HostDiagnostics> {
    return unwrapAs(hostDiagnosticsSchema, await this.#bridge.diagnostics());
  }

  log(entry: LogEntry): void {
    void this.#bridge.log(entry).catch(() => {});
  }

  async openExternal(url: string): Promise<void> {
    unwrap(await this.#bridge.openExternal(url));
  }
}
