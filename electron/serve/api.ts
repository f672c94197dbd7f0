import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { LensError, toErrorMessage } from '../../models/errors.ts';
import { parseSettingsChange } from '../../renderer/shell/settings.ts';
import type { ShellFacts } from '../../renderer/shell/wire.ts';
import type { Diagnostics } from '../diagnostics/diagnostics.ts';
import { type AssetRequest, answerText } from '../protocol/answer.ts';
import type { SettingsFile } from '../settings/settings-file.ts';
import type { LibraryDesk } from '../weights/library-desk.ts';
import { type ApiAnswer, json, readJson } from './api-answers.ts';
import { answerDiagnostics, answerLog } from './diagnostics-api.ts';
import { answerCommand, answerEvents, answerWork } from './library-api.ts';
import type { Uploads } from './upload.ts';

export interface Api {
  readonly facts: ShellFacts;
  readonly settings: SettingsFile;
  readonly desk: LibraryDesk;
  readonly uploads: Uploads;
  readonly diagnostics: Diagnostics;
}

type Handler = (api: Api, request: AssetRequest, incoming: IncomingMessage) => Promise<ApiAnswer> | ApiAnswer;

type Method = 'GET' | 'PUT' | 'POST';
type Route = Readonly<Partial<Record<Method, Handler>>>;

/** Path → method → what is done. HEAD is GET without its body. */
const ROUTES: ReadonlyMap<string, Route> = new Map<string, Route>([
  ['/api/shell', { GET: (api, request) => json(request, 200, api.facts) }],
  ['/api/settings', { GET: getSettings, PUT: putSettings }],
  ['/api/diagnostics', { GET: ({ diagnostics }, request) => answerDiagnostics(diagnostics, request) }],
  ['/api/log', { POST: ({ diagnostics }, request, incoming) => answerLog(diagnostics, request, incoming) }],
  ['/api/library/events', { GET: ({ desk }, request) => answerEvents(desk, request) }],
  ['/api/library/command', { POST: ({ desk }, request, incoming) => answerCommand(desk, request, incoming) }],
  ['/api/library/work', { POST: ({ desk }, request, incoming) => answerWork(desk, request, incoming) }],
  ['/api/library/files', { PUT: ({ uploads }, request, incoming) => uploads.answer(request, incoming) }],
]);

/** Null for a path that is not the API's. */
export async function answerApi(api: Api, request: AssetRequest, incoming: IncomingMessage): Promise<ApiAnswer | null> {
  const [path = ''] = request.path.split('?', 1);
  const route = ROUTES.get(path);
  if (route === undefined) return null;
  const handler = route[methodOf(request)];
  if (handler === undefined || (request.method === 'HEAD' && path === '/api/library/events')) {
    const allowed = Object.keys(route).map((method) => (method === 'GET' ? 'GET, HEAD' : method));
    return answerText(request, 405, `${allowed.join(', ')} only.\n`, { Allow: allowed.join(', ') });
  }
  try {
    return await handler(api, request, incoming);
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    return json(request, 500, toErrorMessage(error));
  }
}

function methodOf({ method }: AssetRequest): Method {
  return method === 'PUT' || method === 'POST' ? method : 'GET';
}

async function getSettings(api: Api, request: AssetRequest): Promise<ApiAnswer> {
  return json(request, 200, await api.settings.read());
}

const settingsBody = z.record(z.string(), z.unknown());

async function putSettings(api: Api, request: AssetRequest, incoming: IncomingMessage): Promise<ApiAnswer> {
  const body = await readJson(request, incoming, settingsBody);
  if (!body.ok) return body.refusal;
  await api.settings.write(parseSettingsChange(body.value));
  return json(request, 200, await api.settings.read());
}
