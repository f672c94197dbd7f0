import type { IncomingMessage } from 'node:http';
import { LensError, ShellError, toErrorMessage } from '../../models/errors.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import type { ShellFacts } from '../../renderer/shell/wire.ts';
import { type Answer, type AssetRequest, answerText } from '../protocol/answer.ts';
import type { SettingsFile } from '../settings/settings-file.ts';
import { readBody } from './read-body.ts';

/** Settings are below 1 KiB. */
const MAX_BODY_BYTES = 64 * 1024;

export interface Api {
  readonly facts: ShellFacts;
  readonly settings: SettingsFile;
}

type Handler = (api: Api, request: AssetRequest, incoming: IncomingMessage) => Promise<Answer> | Answer;

type Route = Readonly<Partial<Record<'GET' | 'PUT', Handler>>>;

/** Path → method → what is done. HEAD is GET without its body. */
const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/api/shell', { GET: (api, request) => json(request, 200, api.facts) }],
  ['/api/settings', { GET: getSettings, PUT: putSettings }],
]);

/** Null for a path that is not the API's. */
export async function answerApi(api: Api, request: AssetRequest, incoming: IncomingMessage): Promise<Answer | null> {
  const [path = ''] = request.path.split('?', 1);
  const route = ROUTES.get(path);
  if (route === undefined) return null;
  const handler = route[request.method === 'PUT' ? 'PUT' : 'GET'];
  if (handler === undefined) return answerText(request, 405, 'GET only.\n', { Allow: 'GET, HEAD' });
  try {
    return await handler(api, request, incoming);
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    return json(request, 500, toErrorMessage(error));
  }
}

async function getSettings(api: Api, request: AssetRequest): Promise<Answer> {
  return json(request, 200, await api.settings.read());
}

async function putSettings(api: Api, request: AssetRequest, incoming: IncomingMessage): Promise<Answer> {
  if (!/^application\/json(;|$)/i.test(incoming.headers['content-type'] ?? ''))
    return refuse(request, 415, 'Settings are sent as application/json.');
  const body = await readBody(incoming, MAX_BODY_BYTES);
  // What is left of the body is not read, so the connection cannot be used again.
  if (body === null)
    return refuse(request, 413, `Settings are at most ${MAX_BODY_BYTES} bytes.`, { Connection: 'close' });
  const data = parseObject(body.toString('utf8'));
  if (data === null) return refuse(request, 400, 'Settings are a JSON object.');
  await api.settings.write(parseSettings(data));
  return json(request, 200, await api.settings.read());
}

function parseObject(text: string): object | null {
  try {
    const data: unknown = JSON.parse(text);
    return typeof data === 'object' && !Array.isArray(data) ? data : null;
  } catch {
    return null;
  }
}

function refuse(request: AssetRequest, status: number, message: string, headers?: Record<string, string>): Answer {
  return json(request, status, toErrorMessage(new ShellError('shell-refused', message)), headers);
}

function json(request: AssetRequest, status: number, value: unknown, headers?: Record<string, string>): Answer {
  return answerText(request, status, JSON.stringify(value), {
    'Content-Type': 'application/json; charset=utf-8',
    ...headers,
  });
}
