import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { CancelledError, LensError, ShellError, toErrorMessage } from '../../models/errors.ts';
import { libraryCommandSchema, libraryWorkSchema, type WorkMessage } from '../../renderer/shell/library-wire.ts';
import type { AssetRequest } from '../protocol/answer.ts';
import { commonHeaders } from '../protocol/headers.ts';
import type { LibraryDesk } from '../weights/library-desk.ts';
import { type ApiAnswer, json, readJson } from './api-answers.ts';

/** Through some tunnels a silent connection is cut after half a minute. */
const HEARTBEAT_MS = 20_000;
/** Progress at most this often. */
const PROGRESS_MS = 100;

/** `GET /api/library/events`: snapshots as Server-Sent Events until the page goes away. A slow reader gets only the latest. */
export function answerEvents(desk: LibraryDesk, request: AssetRequest): ApiAnswer {
  let latest: string | null = null;
  let wanted = false;
  const flush = (): void => {
    if (!wanted || latest === null) return;
    wanted = false;
    const text = latest;
    latest = null;
    stream.push(text);
  };
  const stream = new Readable({
    read() {
      wanted = true;
      flush();
    },
    destroy(error, done) {
      clearInterval(heartbeat);
      stop();
      done(error);
    },
  });
  const stop = desk.subscribe((snapshot) => {
    latest = `data: ${JSON.stringify(snapshot)}\n\n`;
    flush();
  });
  const heartbeat = setInterval(() => {
    latest ??= ': still here\n\n';
    flush();
  }, HEARTBEAT_MS);
  return streamed(request, 'text/event-stream', stream);
}

/** `POST /api/library/command`: done, or an error. */
export async function answerCommand(
  desk: LibraryDesk,
  request: AssetRequest,
  incoming: IncomingMessage,
): Promise<ApiAnswer> {
  const body = await readJson(request, incoming, libraryCommandSchema);
  if (!body.ok) return body.refusal;
  await desk.command(body.value);
  return json(request, 200, null);
}

/**
 * `POST /api/library/work`: a line of JSON for each progress, the last line the value or the error. Whoever hangs up has
 * cancelled it.
 */
export async function answerWork(
  desk: LibraryDesk,
  request: AssetRequest,
  incoming: IncomingMessage,
): Promise<ApiAnswer> {
  const body = await readJson(request, incoming, libraryWorkSchema);
  if (!body.ok) return body.refusal;
  const ending = new AbortController();
  const stream = new Readable({
    read() {},
    destroy(error, done) {
      ending.abort();
      done(error);
    },
  });
  const say = (message: WorkMessage): void => {
    if (!stream.destroyed) stream.push(`${JSON.stringify(message)}\n`);
  };
  let told = Number.NEGATIVE_INFINITY;
  const work = desk.work(body.value, {
    signal: ending.signal,
    progress: (progress) => {
      const now = performance.now();
      if (now - told < PROGRESS_MS && progress.done < progress.total) return;
      told = now;
      say({ kind: 'progress', progress });
    },
  });
  work
    .then(
      (value) => say({ kind: 'value', value: value ?? null }),
      (error: unknown) => say({ kind: 'error', error: toErrorMessage(tellable(error)) }),
    )
    .finally(() => {
      if (!stream.destroyed) stream.push(null);
    });
  return streamed(request, 'application/x-ndjson', stream);
}

/** What is none of our errors goes to the terminal; the page is told that it does. */
function tellable(error: unknown): LensError {
  if (error instanceof LensError) return error;
  if (error instanceof Error && error.name === 'AbortError') return new CancelledError();
  console.error(error);
  return new ShellError('shell-unreachable', 'The server failed on this request; its terminal says why.');
}

function streamed(request: AssetRequest, type: string, stream: Readable): ApiAnswer {
  const headers = {
    ...commonHeaders(request.nonce),
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
  };
  return { status: 200, headers, body: { kind: 'stream', stream } };
}
