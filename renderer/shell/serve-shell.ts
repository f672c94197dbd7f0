import type { z } from 'zod';
import { fromErrorMessage, ShellError } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { parseSettings, type Settings } from './settings.ts';
import { isExternalLink, type ModelEntry, type SampleEntry, type Shell, type ShellVersions } from './shell.ts';
import { errorMessageSchema, type ShellFacts, shellFactsSchema } from './wire.ts';

/** {@link Shell} for a browser tab: the loopback server that sent the page (electron/serve) answers over HTTP. */
export class ServeShell implements Shell {
  readonly kind = 'serve';
  readonly #startEngine: () => Engine;
  #engine: Engine | null = null;
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

  async writeSettings(settings: Settings): Promise<void> {
    await request('/api/settings', {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(settings),
    });
  }

  engine(): Engine {
    this.#engine ??= this.#startEngine();
    return this.#engine;
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

async function request(path: string, init?: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, credentials: 'same-origin', cache: 'no-store' });
  } catch (cause) {
    throw new ShellError(
      'shell-unreachable',
      'The CvT Lens server does not answer. Start it again with `npm run serve` and open the address that it prints.',
      { cause },
    );
  }
  if (response.ok) return response;
  const told = errorMessageSchema.safeParse(await response.json().catch(() => null));
  if (told.success) throw fromErrorMessage(told.data);
  throw new ShellError('shell-unreachable', `The CvT Lens server answered ${path} with status ${response.status}.`);
}
