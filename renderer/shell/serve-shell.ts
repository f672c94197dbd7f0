import type { z } from 'zod';
import { ShellError } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { type HostDiagnostics, hostDiagnosticsSchema, type LogEntry } from './diagnostics.ts';
import { LibraryClient } from './library-client.ts';
import type { ModelLibrary } from './model-library.ts';
import { ServeLibrary } from './serve-library.ts';
import { request } from './serve-request.ts';
import { parseSettings, type Settings, type SettingsChange } from './settings.ts';
import {
  EXTERNAL_LINKS,
  isExternalLink,
  type ModelEntry,
  type SampleEntry,
  type Shell,
  type ShellVersions,
} from './shell.ts';
import { type ShellFacts, shellFactsSchema } from './wire.ts';

/** {@link Shell} for a browser tab: the loopback server that sent the page (electron/serve) answers over HTTP. */
export class ServeShell implements Shell {
  readonly kind = 'serve';
  readonly gpu = null;
  /** A browser has menus of its own, and tells no page where a file lies, so that none could be opened again. */
  readonly desktop = null;
  readonly #startEngine: () => Engine;
  #engine: Engine | null = null;
  #library: ModelLibrary | null = null;
  #facts: Promise<ShellFacts> | null = null;

  /** @param startEngine starts this page's own engine; called once, when the engine is first asked for */
  constructor(startEngine: () => Engine) {
    this.#startEngine = startEngine;
  }

  async versions(): Promise<ShellVersions> {
    return (await this.#loadFacts()).versions;
  }

  async models(): Promise<readonly ModelEntry[]> {
    return (await this.#loadFacts()).models;
  }

  async samples(): Promise<readonly SampleEntry[]> {
    return (await this.#loadFacts()).samples;
  }

  async readSettings(): Promise<Settings> {
    return parseSettings(await (await request('/api/settings')).json());
  }

  async writeSettings(change: SettingsChange): Promise<void> {
    await request('/api/settings', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(change),
    });
  }

  engine(): Engine {
    this.#engine ??= this.#startEngine();
    return this.#engine;
  }

  library(): ModelLibrary {
    this.#library ??= new LibraryClient(new ServeLibrary(), () => this.openExternal(EXTERNAL_LINKS.officialZoo));
    return this.#library;
  }

  async diagnostics(): Promise<HostDiagnostics> {
    return check(hostDiagnosticsSchema, await (await request('/api/diagnostics')).json(), 'the diagnostics');
  }

  log(entry: LogEntry): void {
    const body = JSON.stringify(entry);
    // Sent even while the page goes: what made it go may be the very thing that is told.
    const init = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body, keepalive: true };
    void request('/api/log', init).catch(() => {});
  }

  async openExternal(url: string): Promise<void> {
    if (!isExternalLink(url)) throw new ShellError('shell-refused', `${url} is no page that the app links to.`);
    window.open(url, '_blank', 'noopener,noreferrer');
  }

  #loadFacts(): Promise<ShellFacts> {
    this.#facts ??= readFacts().catch((error: unknown) => {
      // The next caller asks anew: the server may be back by then.
      this.#facts = null;
      throw error;
    });
    return this.#facts;
  }
}

async function readFacts(): Promise<ShellFacts> {
  return check(shellFactsSchema, await (await request('/api/shell')).json(), 'the list of models and samples');
}

function check<Value>(schema: z.ZodType<Value>, data: unknown, what: string): Value {
  const parsed = schema.safeParse(data);
  if (parsed.success) return parsed.data;
  throw new ShellError(
    'shell-unreachable',
    `The server's answer for ${what} is of another version than this page. Reload the page.`,
    { cause: parsed.error },
  );
}
