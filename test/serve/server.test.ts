import { readdir, readFile, writeFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { serveApp } from '../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../electron/serve/server.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { shellFactsSchema } from '../../renderer/shell/wire.ts';
import { type StandInApp, standInApp, WEIGHTS } from './stand-in-app.ts';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Without the cookie that {@link ask} otherwise sends. */
  readonly stranger?: boolean;
}

let app: StandInApp;
let server: RunningServer;

beforeEach(async () => {
  app = await standInApp();
  server = await serveApp(app.root, 0, app.home);
});

afterEach(async () => {
  await server.close();
  await app.remove();
});

/** Not `fetch`, which would normalise the path and forbid the Host and Origin headers that are tested here. */
function ask(path: string, { method = 'GET', headers = {}, body, stranger = false }: Asking = {}): Promise<Reply> {
  const cookie = stranger ? {} : { Cookie: `cvt_lens_${server.port}=${tokenIn(server.address)}` };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port: server.port, path, method, headers: { ...cookie, ...headers }, agent: false },
      (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.on('error', reject);
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function tokenIn(address: string): string {
  return new URL(address).searchParams.get('token') ?? '';
}

const pathOf = (address: string): string => address.slice(new URL(address).origin.length);
const origin = (): string => `http://127.0.0.1:${server.port}`;

describe('the way in', () => {
  test('the printed address sets a cookie out of reach of scripts and leads to the clean address', async () => {
    const entry = await ask(pathOf(server.address), { stranger: true });
    expect(entry.status).toBe(303);
    expect(entry.headers.location).toBe('/');
    const [cookie = ''] = entry.headers['set-cookie'] ?? [];
    expect(cookie).toMatch(/; HttpOnly/);
    expect(cookie).toMatch(/; SameSite=Strict/);
    const page = await ask('/', { stranger: true, headers: { Cookie: `other=1; ${cookie.split(';')[0]}` } });
    expect(page.status).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
  });

  test('a link from another page works too: a refresh of our own instead of a redirect', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    const entry = await ask(pathOf(server.address), { stranger: true, headers });
    expect(entry.status).toBe(200);
    expect(entry.headers['set-cookie']).toHaveLength(1);
    expect(entry.body.toString()).toContain('http-equiv="refresh" content="0;url=/"');
  });

  test('the address for opening a browser works once', async () => {
    const address = pathOf(server.oneTimeAddress());
    expect(address).not.toContain(tokenIn(server.address));
    expect((await ask(address, { stranger: true })).status).toBe(303);
    expect((await ask(address, { stranger: true })).status).toBe(403);
  });

  test.each([
    ['no token', '/', {}],
    ['a wrong token', `/?token=${'A'.repeat(43)}`, {}],
    ['an empty token', '/?token=', {}],
    ['a wrong cookie', '/', { Cookie: 'cvt_lens=1' }],
    ['no token for the API', '/api/shell', {}],
    ['no token for weights', '/models/demo/cvt-demo.safetensors', {}],
  ])('%s is refused', async (_, path, headers) => {
    const reply = await ask(path, { stranger: true, headers });
    expect(reply.status).toBe(403);
    expect(reply.headers['set-cookie']).toBeUndefined();
    expect(reply.body.toString()).toContain('Open the address');
  });

  test("a right token under another server's cookie name is refused", async () => {
    const headers = { Cookie: `cvt_lens_${server.port + 1}=${tokenIn(server.address)}` };
    expect((await ask('/', { stranger: true, headers })).status).toBe(403);
  });
});

describe('who asks', () => {
  test.each([
    ['a rebound name', { Host: 'evil.example' }, 403],
    ['a name that begins like ours', { Host: '127.0.0.1.evil.example:80' }, 403],
    ['user information in Host', { Host: 'localhost@evil.example' }, 403],
    ['localhost through a tunnel', { Host: 'localhost:9999' }, 200],
    ['IPv6 loopback through a tunnel', { Host: '[::1]:9999' }, 200],
    ['a foreign origin', { Origin: 'https://evil.example' }, 403],
    ['the null origin', { Origin: 'null' }, 403],
    ['another port of this machine', { Origin: 'http://127.0.0.1:1' }, 403],
    ['an image on a foreign page', { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' }, 403],
    ['a page on another port', { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'cors' }, 403],
    ['our own page', { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors' }, 200],
  ])('%s', async (_, headers, status) => {
    expect((await ask('/nothing', { headers })).status).toBe(status === 200 ? 404 : status);
    expect((await ask('/api/shell', { headers })).status).toBe(status);
  });

  test('our own origin under the name that was asked for', async () => {
    const headers = { Host: 'localhost:9999', Origin: 'http://localhost:9999' };
    expect((await ask('/api/shell', { headers })).status).toBe(200);
  });

  test('a foreign page cannot use the token address for anything but opening the app', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'no-cors' };
    expect((await ask(pathOf(server.address), { stranger: true, headers })).status).toBe(403);
  });

  test.each(['DELETE', 'OPTIONS', 'PATCH', 'TRACE'])('%s is not answered', async (method) => {
    const reply = await ask('/', { method });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('GET, HEAD, PUT, POST');
  });

  test('PUT on a file is not answered', async () => {
    const reply = await ask('/index.html', { method: 'PUT', headers: { Origin: origin() } });
    expect(reply.status).toBe(405);
    expect(reply.headers.allow).toBe('GET, HEAD');
  });
});

describe('files', () => {
  test.each([
    ['/', 'text/html; charset=utf-8', 'no-store'],
    ['/engine.html', 'text/html; charset=utf-8', 'no-store'],
    ['/assets/worker-abc.js', 'text/javascript; charset=utf-8', 'private, max-age=31536000, immutable'],
    ['/assets/ort-abc.wasm', 'application/wasm', 'private, max-age=31536000, immutable'],
    ['/assets/empty-abc.css', 'text/css; charset=utf-8', 'private, max-age=31536000, immutable'],
    ['/models/demo/cvt-demo.safetensors', 'application/octet-stream', 'no-cache'],
    ['/models/demo/labels.json', 'application/json; charset=utf-8', 'no-cache'],
    ['/samples/cat.png', 'image/png', 'no-cache'],
    ['/samples/a%20cat.png', 'image/png', 'no-cache'],
    ['/api/shell', 'application/json; charset=utf-8', 'no-store'],
  ])('%s carries its type, its length and every security header', async (path, type, cache) => {
    const reply = await ask(path);
    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toBe(type);
    expect(reply.headers['cache-control']).toBe(cache);
    expect(reply.headers['content-length']).toBe(String(reply.body.byteLength));
    expectGuarded(reply);
  });

  test('refusals carry the security headers too', async () => {
    expectGuarded(await ask('/', { stranger: true }));
    expectGuarded(await ask('/nothing'));
    expectGuarded(await ask('/', { method: 'POST' }));
  });

  test('a page gets a nonce of its own at every load, the same as its policy', async () => {
    const nonces = new Set<string>();
    for (const _ of [1, 2]) {
      const reply = await ask('/index.html');
      const [, nonce = ''] = /'nonce-([^']+)'/.exec(String(reply.headers['content-security-policy'])) ?? [];
      expect(reply.body.toString()).not.toContain('__CSP_NONCE__');
      expect(reply.body.toString().split(`nonce="${nonce}"`)).toHaveLength(3);
      nonces.add(nonce);
    }
    expect(nonces.size).toBe(2);
  });

  test('HEAD is GET without the body', async () => {
    const reply = await ask('/models/demo/cvt-demo.safetensors', { method: 'HEAD' });
    expect(reply.status).toBe(200);
    expect(reply.headers['content-length']).toBe('256');
    expect(reply.body.byteLength).toBe(0);
  });

  test.each([
    '/../package.json',
    '/..%2fpackage.json',
    '/%2e%2e/%2e%2e/package.json',
    '/assets/../../../package.json',
    '/assets/..%5c..%5c..%5cpackage.json',
    '/models/demo/../../package.json',
    '//etc/passwd',
    '/%00',
    '/assets/%',
    '/assets/',
    '/assets',
    '/assets/unknown.kind',
    '/INDEX.HTML',
    '/home/settings.json',
    'http://127.0.0.1/index.html',
    '*',
  ])('%s is nothing', async (path) => {
    const reply = await ask(path);
    expect(reply.status).toBe(404);
    expect(reply.body.toString()).toBe('There is nothing at this address.\n');
  });

  test.each([
    ['bytes=0-0', 0, 1],
    ['bytes=10-19', 10, 20],
    ['bytes=250-', 250, 256],
    ['bytes=250-9999', 250, 256],
    ['bytes=-6', 250, 256],
    ['bytes=-9999', 0, 256],
  ])('Range %s', async (range, start, end) => {
    const reply = await ask('/models/demo/cvt-demo.safetensors', { headers: { Range: range } });
    expect(reply.status).toBe(206);
    expect(reply.headers['content-range']).toBe(`bytes ${start}-${end - 1}/256`);
    expect(reply.headers['content-length']).toBe(String(end - start));
    expect(new Uint8Array(reply.body)).toEqual(WEIGHTS.slice(start, end));
    expectGuarded(reply);
  });

  test.each(['bytes=256-', 'bytes=9999-10000', 'bytes=-0'])('Range %s cannot be satisfied', async (range) => {
    const reply = await ask('/models/demo/cvt-demo.safetensors', { headers: { Range: range } });
    expect(reply.status).toBe(416);
    expect(reply.headers['content-range']).toBe('bytes */256');
  });

  test.each([
    { Range: 'bytes=20-10' },
    { Range: 'bytes=0-1,3-4' },
    { Range: 'lines=0-1' },
    { Range: 'bytes=-' },
    { Range: 'bytes=0-1', 'If-Range': '"older"' },
  ])('%o is answered with the whole file', async (headers) => {
    const reply = await ask('/models/demo/cvt-demo.safetensors', { headers });
    expect(reply.status).toBe(200);
    expect(new Uint8Array(reply.body)).toEqual(WEIGHTS);
  });
});

describe('the API', () => {
  test('names the versions, the models and the samples as the page expects them', async () => {
    const facts = shellFactsSchema.parse(JSON.parse((await ask('/api/shell')).body.toString()));
    expect(facts.versions).toEqual({ app: '1.2.3', host: 'served to a browser' });
    expect(facts.models).toMatchObject([
      { id: 'cvt-demo', weightsUrl: '/models/demo/cvt-demo.safetensors', weightsSize: 256, labels: ['cat', 'dog'] },
    ]);
    expect(facts.samples).toEqual([{ name: 'cat.png', url: '/samples/cat.png', label: 'cat' }]);
  });

  test('PUT on what cannot be changed is not answered', async () => {
    const reply = await ask('/api/shell', { method: 'PUT', headers: { Origin: origin() } });
    expect(reply.status).toBe(405);
  });

  const put = (body: string | Buffer, headers: Record<string, string> = {}) =>
    ask('/api/settings', {
      method: 'PUT',
      body,
      headers: { 'Content-Type': 'application/json', Origin: origin(), ...headers },
    });

  test('settings are the defaults at first, then what was put, and stay on disk', async () => {
    expect(JSON.parse((await ask('/api/settings')).body.toString())).toEqual(parseSettings(null));
    const wanted = { ...parseSettings(null), theme: 'dark', device: 'wasm' };
    expect((await put(JSON.stringify(wanted))).status).toBe(200);
    expect(JSON.parse((await ask('/api/settings')).body.toString())).toEqual(wanted);
    expect(JSON.parse(await readFile(join(app.home, 'settings.json'), 'utf8'))).toEqual(wanted);
    expect(await readdir(app.home)).toEqual(['settings.json']);
  });

  test('a damaged settings file becomes the defaults and is kept aside', async () => {
    await put('{}');
    await writeFile(join(app.home, 'settings.json'), '{"theme": "dar');
    expect(JSON.parse((await ask('/api/settings')).body.toString())).toEqual(parseSettings(null));
    const [aside = '', ...rest] = await readdir(app.home);
    expect(rest).toEqual([]);
    expect(aside).toMatch(/^settings\.damaged-.*\.json$/);
    expect(await readFile(join(app.home, aside), 'utf8')).toBe('{"theme": "dar');
  });

  test.each([
    ['too large by its length', Buffer.alloc(65_537, 0x20), {}, 413],
    ['too large without a length', Buffer.alloc(200_000, 0x20), { 'Transfer-Encoding': 'chunked' }, 413],
    ['not JSON', 'theme=dark', {}, 400],
    ['no object', '[1]', {}, 400],
    ['of another type', '{}', { 'Content-Type': 'text/plain' }, 415],
    ['of a foreign origin', '{}', { Origin: 'https://evil.example' }, 403],
  ])('a body that is %s is refused and changes nothing', async (_, body, headers, status) => {
    expect((await put(body, headers)).status).toBe(status);
    await expect(readdir(app.home)).rejects.toThrow('ENOENT');
  });

  test('a PUT without an origin is refused', async () => {
    const headers = { 'Content-Type': 'application/json' };
    expect((await ask('/api/settings', { method: 'PUT', body: '{}', headers })).status).toBe(403);
  });
});

describe('the port', () => {
  test('a port that is taken is refused with a message', async () => {
    await expect(serveApp(app.root, server.port, app.home)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining(`Port ${server.port} is in use`),
    });
  });

  test('two servers without a port get one each', async () => {
    const [first, second] = [await serveApp(app.root, null, app.home), await serveApp(app.root, null, app.home)];
    expect(first.port).not.toBe(second.port);
    await Promise.all([first.close(), second.close()]);
  });

  test('after close nothing listens, even with a connection open', async () => {
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const ended = new Promise((resolve) => socket.once('close', resolve));
    await server.close();
    await ended;
    await expect(ask('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

function expectGuarded({ headers }: Reply): void {
  expect(headers).toMatchObject({
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-embedder-policy': 'require-corp',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
  const policy = String(headers['content-security-policy']);
  expect(policy).toContain("default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'");
  expect(policy).not.toContain("'unsafe-inline'");
  expect(policy).not.toContain("'unsafe-eval'");
}
