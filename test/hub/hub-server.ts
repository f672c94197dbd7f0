import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { type Content, textContent } from './contents.ts';

/** What goes wrong with one answer. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  /** The connection is torn after so many bytes of the body. */
  | { readonly kind: 'cut'; readonly after: number }
  /** The connection is torn without an answer. */
  | { readonly kind: 'reset' }
  /** The byte at this place is another one. */
  | { readonly kind: 'flip'; readonly at: number }
  /** The range is ignored and the whole file sent. */
  | { readonly kind: 'whole' }
  /** A range that nobody asked for. */
  | { readonly kind: 'other-range' }
  /** Chunked, so that its length is not known beforehand. */
  | { readonly kind: 'no-length'; readonly cutAfter?: number }
  | { readonly kind: 'slow'; readonly chunk: number; readonly pauseMs: number }
  /** Nothing more comes after so many bytes, but the connection stays. */
  | { readonly kind: 'silence'; readonly after: number }
  | { readonly kind: 'page' }
  | { readonly kind: 'longer' };

export interface Seen {
  readonly server: 'hub' | 'cdn';
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly authorization: string | undefined;
}

interface Stored {
  readonly content: Content;
  readonly large: boolean;
}

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const CHUNK = 64 * 1024;

/**
 * A Hugging Face hub on loopback: `/owner/name/resolve/revision/path` redirects to a CDN on another port, with the file's
 * checksum and size on the redirect and links that expire. What goes wrong is scripted per server, a fault per answer.
 */
export class TestHub {
  readonly seen: Seen[] = [];
  readonly #files = new Map<string, Stored>();
  readonly #faults = { hub: [] as Fault[], cdn: [] as Fault[] };
  readonly #always: { hub: Fault | null; cdn: Fault | null } = { hub: null, cdn: null };
  readonly #links = new Map<string, string>();
  #linkCount = 0;
  #hub: Server;
  #cdn: Server;
  #hubPort = 0;
  #cdnPort = 0;
  /** Off: a mirror that says nothing of checksum and size. */
  linkedHeaders = true;
  /** On: the hub sends files itself, as some mirrors do. */
  direct = false;
  /** Off: the CDN sends no ETag. */
  etags = true;

  private constructor() {
    this.#hub = this.#server('hub');
    this.#cdn = this.#server('cdn');
  }

  static async start(): Promise<TestHub> {
    const hub = new TestHub();
    await hub.#listen();
    return hub;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#hubPort}`;
  }

  /** @param path in the repository; `large` files lie on the CDN */
  put(repository: string, path: string, content: Content, large = true): void {
    this.#files.set(`${repository}/${path}`, { content, large });
  }

  drop(repository: string, path: string): void {
    this.#files.delete(`${repository}/${path}`);
  }

  /** The next answers of this server about large files go wrong like this, one each. */
  fail(server: 'hub' | 'cdn', ...faults: readonly Fault[]): void {
    this.#faults[server].push(...faults);
  }

  failAlways(server: 'hub' | 'cdn', fault: Fault | null): void {
    this.#always[server] = fault;
  }

  expireLinks(): void {
    this.#links.clear();
  }

  /** Requests for large files. */
  asked(server: 'hub' | 'cdn'): readonly Seen[] {
    return this.seen.filter((seen) => seen.server === server);
  }

  async stop(): Promise<void> {
    for (const server of [this.#hub, this.#cdn]) {
      server.closeAllConnections();
      server.close();
    }
    await Promise.all([once(this.#hub, 'close'), once(this.#cdn, 'close')]);
  }

  /** Comes back under the same address, its old links void. */
  async restart(): Promise<void> {
    this.expireLinks();
    this.#hub = this.#server('hub');
    this.#cdn = this.#server('cdn');
    await this.#listen();
  }

  async #listen(): Promise<void> {
    this.#hub.listen(this.#hubPort, '127.0.0.1');
    this.#cdn.listen(this.#cdnPort, '127.0.0.1');
    await Promise.all([once(this.#hub, 'listening'), once(this.#cdn, 'listening')]);
    this.#hubPort = (this.#hub.address() as AddressInfo).port;
    this.#cdnPort = (this.#cdn.address() as AddressInfo).port;
  }

  #server(name: 'hub' | 'cdn'): Server {
    const answer = name === 'hub' ? this.#answerHub.bind(this) : this.#answerCdn.bind(this);
    return createServer((request, response) => {
      // A client that goes away in the middle is part of the tests.
      response.on('error', () => {});
      void answer(request, response).catch(() => response.destroy());
    });
  }

  async #answerHub(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent(new URL(request.url ?? '/', this.endpoint).pathname);
    const match = /^\/([^/]+\/[^/]+)\/resolve\/(.+?)\/([^/]+)$/.exec(path);
    const key = match ? `${match[1]}/${match[3]}` : '';
    const file = this.#files.get(key);
    if (file && !file.large) return send(request, response, file.content, null, { 'X-Repo-Commit': COMMIT });
    this.#note('hub', path, request);
    const fault = this.#faults.hub.shift() ?? this.#always.hub;
    if (fault) return fail(request, response, fault, file?.content ?? textContent(''), {});
    if (!file) {
      response.writeHead(404, { 'X-Error-Code': 'EntryNotFound' }).end('Entry not found');
      return;
    }
    const linked = this.linkedHeaders
      ? { 'X-Linked-Etag': `"${file.content.sha256}"`, 'X-Linked-Size': String(file.content.size) }
      : {};
    if (this.direct)
      return send(request, response, file.content, this.#etag(file.content), { ...linked, 'X-Repo-Commit': COMMIT });
    const link = `/blob/${++this.#linkCount}`;
    this.#links.set(link, key);
    response
      .writeHead(302, { Location: `http://127.0.0.1:${this.#cdnPort}${link}`, 'X-Repo-Commit': COMMIT, ...linked })
      .end('Found. Redirecting');
  }

  async #answerCdn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '/';
    this.#note('cdn', path, request);
    const file = this.#files.get(this.#links.get(path) ?? '');
    if (!file) {
      response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>');
      return;
    }
    const fault = this.#faults.cdn.shift() ?? this.#always.cdn;
    const etag = this.#etag(file.content);
    if (fault) return fail(request, response, fault, file.content, etag === null ? {} : { ETag: etag });
    return send(request, response, file.content, etag, {});
  }

  #etag(content: Content): string | null {
    return this.etags ? `"${content.sha256.slice(0, 32)}"` : null;
  }

  #note(server: 'hub' | 'cdn', path: string, { headers }: IncomingMessage): void {
    const { range, authorization } = headers;
    const ifRange = headers['if-range'];
    this.seen.push({ server, path, range, ifRange: typeof ifRange === 'string' ? ifRange : undefined, authorization });
  }
}

type Headers = Readonly<Record<string, string>>;

/** RFC 9110's answer to a range, the only form of it that a download needs: `bytes=N-`. */
async function send(
  request: IncomingMessage,
  response: ServerResponse,
  content: Content,
  etag: string | null,
  extra: Headers,
): Promise<void> {
  const headers = { ...extra, ...(etag === null ? {} : { ETag: etag }), 'Accept-Ranges': 'bytes' };
  const start = rangeStart(request, etag);
  if (start === null) {
    response.writeHead(200, { ...headers, 'Content-Length': content.size });
    return pour(response, content, 0);
  }
  if (start >= content.size) {
    response.writeHead(416, { ...headers, 'Content-Range': `bytes */${content.size}` }).end();
    return;
  }
  response.writeHead(206, {
    ...headers,
    'Content-Length': content.size - start,
    'Content-Range': `bytes ${start}-${content.size - 1}/${content.size}`,
  });
  return pour(response, content, start);
}

function rangeStart({ headers }: IncomingMessage, etag: string | null): number | null {
  const match = /^bytes=(\d+)-$/.exec(headers.range ?? '');
  if (!match || (headers['if-range'] !== undefined && headers['if-range'] !== etag)) return null;
  return Number(match[1]);
}

async function pour(response: ServerResponse, content: Content, start: number, end = content.size): Promise<void> {
  for (let at = start; at < end; at += CHUNK) {
    if (response.destroyed) return;
    if (!response.write(content.read(at, Math.min(end, at + CHUNK)))) await flushed(response);
  }
  response.end();
}

async function flushed(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const { signal } = gone;
  await Promise.race([once(response, 'drain', { signal }), once(response, 'close', { signal })]).finally(() =>
    gone.abort(),
  );
}

async function fail(
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault,
  content: Content,
  headers: Headers,
): Promise<void> {
  const { size } = content;
  const start = rangeStart(request, headers.ETag ?? null) ?? 0;
  const begin = (more: Readonly<Record<string, string | number>> = { 'Content-Length': size - start }) =>
    start > 0
      ? response.writeHead(206, { ...headers, ...more, 'Content-Range': `bytes ${start}-${size - 1}/${size}` })
      : response.writeHead(200, { ...headers, ...more });
  switch (fault.kind) {
    case 'status':
      response.writeHead(fault.status, fault.headers).end(`status ${fault.status}`);
      return;
    case 'reset':
      response.destroy();
      return;
    case 'page':
      response
        .writeHead(200, { 'Content-Type': 'text/html' })
        .end('<!doctype html><title>Sign in to the network</title>');
      return;
    case 'cut':
      begin();
      await written(response, content.read(start, Math.min(size, start + fault.after)));
      response.destroy();
      return;
    case 'silence':
      begin();
      await written(response, content.read(start, Math.min(size, start + fault.after)));
      return;
    case 'flip': {
      begin();
      const bytes = new Uint8Array(content.read(start, size));
      bytes[fault.at - start] = bytes[fault.at - start]! ^ 0xff;
      response.end(bytes);
      return;
    }
    case 'whole':
      response.writeHead(200, { ...headers, 'Content-Length': size });
      return pour(response, content, 0);
    case 'other-range':
      response.writeHead(206, { ...headers, 'Content-Range': `bytes 0-99/${size}`, 'Content-Length': 100 });
      response.end(content.read(0, 100));
      return;
    case 'no-length':
      begin({});
      if (fault.cutAfter === undefined) return pour(response, content, start);
      await written(response, content.read(start, start + fault.cutAfter));
      response.destroy();
      return;
    case 'slow':
      begin();
      for (let at = start; at < size && !response.destroyed; at += fault.chunk) {
        await written(response, content.read(at, Math.min(size, at + fault.chunk)));
        await wait(fault.pauseMs);
      }
      response.end();
      return;
    case 'longer':
      begin({});
      response.write(content.read(start, size));
      response.end('and then some');
      return;
  }
}

/** Resolves when the bytes have left, or nobody wants them any more. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('close', done);
      resolve();
    };
    response.once('close', done);
    response.write(bytes, () => setImmediate(done));
  });
}
