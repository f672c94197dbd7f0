import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type AnswerBody, type AssetRequest, answerAsset, answerText } from '../protocol/answer.ts';
import type { AssetLookup } from '../protocol/assets.ts';
import { Access } from './access.ts';
import { type Api, answerApi } from './api.ts';
import type { ApiAnswer } from './api-answers.ts';
import { answerEntry, answerStranger, tokenOf } from './entry.ts';
import { changesSomething, refuseForeign } from './guard.ts';
import { listen } from './listen.ts';
import type { Peers } from './peer.ts';

export interface ServeOptions extends Api {
  readonly assets: AssetLookup;
  /** Null: the first free one of a few fixed ports, so that bookmarks and tunnels keep working. 0: any. */
  readonly port: number | null;
  /** Who may connect at all, before any token is looked at. */
  readonly peers: Peers;
  /** In milliseconds, for a request line and headers, which a browser sends in one piece. */
  readonly headersTimeout: number;
}

/** A browser has six connections a server and one for each window's events; more than this would eat up the file handles. */
const MOST_CONNECTIONS = 256;

export interface RunningServer {
  readonly port: number;
  /** With the token; opening it in a browser is all a user has to do. */
  readonly address: string;
  /** An address that works once, for opening a browser with. */
  oneTimeAddress(): string;
  /** Ends open connections too. Nothing listens any more when this resolves. */
  close(): Promise<void>;
}

/**
 * The app for a browser on this machine. Bound to 127.0.0.1 and to nothing else.
 * @throws ShellError `usage` where `port` is taken
 */
export async function startServer(options: ServeOptions): Promise<RunningServer> {
  // No request is handled before `listen` resolves in this same turn of the event loop.
  let access: Access | null = null;
  const timeouts = {
    headersTimeout: options.headersTimeout,
    // A large file may take longer to arrive than the five minutes that Node allows a whole request by default.
    requestTimeout: 0,
    connectionsCheckingInterval: options.headersTimeout / 4,
  };
  const server = createServer(timeouts, (incoming, outgoing) => {
    if (access !== null) void handle({ options, access }, incoming, outgoing);
  });
  server.maxConnections = MOST_CONNECTIONS;
  const port = await listen(server, options.port);
  const granted = new Access(port);
  access = granted;
  const addressWith = (token: string) => `http://127.0.0.1:${port}/?token=${token}`;
  return {
    port,
    address: addressWith(granted.token),
    oneTimeAddress: () => addressWith(granted.issueCode()),
    close: () => close(server),
  };
}

type FileBody = Extract<AnswerBody, { kind: 'file' }>;

interface Gate {
  readonly options: ServeOptions;
  readonly access: Access;
}

async function handle(gate: Gate, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const request: AssetRequest = {
    method: incoming.method ?? '',
    path: incoming.url ?? '',
    range: incoming.headers['if-range'] === undefined ? (incoming.headers.range ?? null) : null,
    nonce: randomBytes(16).toString('base64'),
  };
  try {
    await send(outgoing, await decide(gate, request, incoming));
  } catch (error) {
    // A browser that goes away in the middle of a file is none of our faults.
    if (incoming.destroyed || outgoing.destroyed) return;
    console.error(`${request.method} ${request.path.split('?', 1)[0]}:`, error);
    if (outgoing.headersSent) outgoing.destroy();
    else await send(outgoing, answerText(request, 500, 'The server failed on this request; its terminal says why.\n'));
  }
}

async function decide({ options, access }: Gate, request: AssetRequest, incoming: IncomingMessage): Promise<ApiAnswer> {
  if (!(await options.peers.admits(incoming.socket))) return answerText(request, 403, OTHER_USER);
  const token = tokenOf(request.path);
  const refusal = refuseForeign(request.method, incoming.headers, { entering: token !== null });
  if (refusal !== null) {
    const allow = refusal.status === 405 ? { Allow: 'GET, HEAD, PUT, POST' } : {};
    return answerText(request, refusal.status, refusal.text, allow);
  }
  if (token !== null && !changesSomething(request.method)) return answerEntry(access, request, incoming.headers, token);
  if (!access.knows(incoming.headers.cookie)) return answerStranger(request);
  return (await answerApi(options, request, incoming)) ?? answerAsset(options.assets, request);
}

const OTHER_USER =
  'CvT Lens was started here by another user, and only their programs may use it. They can let yours in with --any-user.\n';

async function send(outgoing: ServerResponse, { status, headers, body }: ApiAnswer): Promise<void> {
  // What is left of a body that nobody wants is not read, so the connection cannot be used again.
  outgoing.writeHead(status, outgoing.req.complete ? { ...headers } : { ...headers, Connection: 'close' });
  if (body.kind === 'file') await sendFile(outgoing, body);
  else if (body.kind === 'stream') await pipeline(body.stream, outgoing);
  else outgoing.end(body.kind === 'text' ? body.text : undefined);
}

async function sendFile(outgoing: ServerResponse, { file, start, end }: FileBody): Promise<void> {
  const stream = createReadStream(file, { start, end: end - 1 });
  await pipeline(stream, outgoing, { end: false });
  // A file that has shrunk since ends the connection: its next answer would be taken for the rest.
  if (stream.bytesRead === end - start) outgoing.end();
  else outgoing.destroy();
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
