import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { readBody } from '../../electron/serve/read-body.ts';
import { type ServedApp, servedApp } from './served-app.ts';

/** What takes its time, or takes all there is: bounded, and given back. */

let served: ServedApp | null = null;

afterEach(async () => {
  await served?.close();
  served = null;
});

/** All that a socket brings until it is closed. */
async function heardFrom(socket: Socket): Promise<string> {
  let heard = '';
  socket.on('error', () => {});
  socket.on('data', (part: Buffer) => {
    heard += part.toString('latin1');
  });
  await once(socket, 'close');
  return heard;
}

const incoming = (app: ServedApp) => readdir(join(app.app.home, 'weights', 'downloads')).catch(() => []);

test.each([
  ['of nothing', ''],
  ['of half a request line', 'GET /'],
  ['of a request line', 'GET / HTTP/1.1\r\n'],
  ['of headers without an end', 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: '],
])('a connection %s is closed after a while', async (_, beginning) => {
  served = await servedApp({ headersTimeout: 400 });
  const socket = await served.connect();
  socket.write(beginning);
  expect(await heardFrom(socket)).toMatch(/^(HTTP\/1\.1 408 |$)/);
});

test('one more connection than the server takes is refused, and those before it are not', async () => {
  const app = await servedApp();
  served = app;
  const held = await Promise.all(Array.from({ length: 256 }, () => app.connect()));
  const late = await app.connect();
  expect(await heardFrom(late)).toBe('');
  const [first] = held;
  first!.write(`GET /api/shell HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${app.own.Cookie}\r\nConnection: close\r\n\r\n`);
  expect(await heardFrom(first!)).toMatch(/^HTTP\/1\.1 200 /);
  for (const socket of held) socket.destroy();
  await vi.waitFor(async () => expect((await app.ask('/api/shell', { headers: app.own })).status).toBe(200));
});

describe('a body', () => {
  /** What reading a request's body ends in. */
  async function bodyOutcome(send: (socket: Socket) => void, limits: { bytes: number; patience: number }) {
    const server = createServer();
    const outcome = new Promise<unknown>((resolve) => {
      server.on('request', (request, response) => {
        readBody(request, limits).then(
          (body) => {
            resolve(Buffer.isBuffer(body) ? body.toString() : body);
            response.writeHead(200, { Connection: 'close' }).end();
          },
          () => resolve('broken off'),
        );
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    const socket = connect(address.port, '127.0.0.1');
    socket.on('error', () => {});
    send(socket);
    const result = await outcome;
    socket.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    return result;
  }

  const POST = 'POST / HTTP/1.1\r\nHost: x\r\n';
  test.each<[string, (socket: Socket) => void, string]>([
    ['as announced', (socket) => socket.write(`${POST}Content-Length: 3\r\n\r\nabc`), 'abc'],
    ['that stops', (socket) => socket.write(`${POST}Content-Length: 3\r\n\r\nab`), 'too-slow'],
    [
      'of chunks that never end',
      (socket) => socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n`),
      'too-slow',
    ],
    ['announced as too large', (socket) => socket.write(`${POST}Content-Length: 11\r\n\r\n`), 'too-large'],
    [
      'too large without saying so',
      (socket) => socket.write(`${POST}Transfer-Encoding: chunked\r\n\r\nb\r\nabcdefghijk\r\n`),
      'too-large',
    ],
    [
      'that breaks off',
      (socket) => {
        socket.write(`${POST}Content-Length: 3\r\n\r\nab`);
        socket.end();
      },
      'broken off',
    ],
  ])('%s', async (_, send, result) => {
    expect(await bodyOutcome(send, { bytes: 10, patience: 300 })).toBe(result);
  });
});

describe('uploads', () => {
  const put = (app: ServedApp, length: number) =>
    `PUT /api/library/files?name=a.pth HTTP/1.1\r\nHost: 127.0.0.1:${app.server.port}\r\nCookie: ${app.own.Cookie}\r\n` +
    `Origin: ${app.own.Origin}\r\nContent-Type: application/octet-stream\r\nContent-Length: ${length}\r\n\r\n`;

  test('one that falls silent is ended, and leaves nothing', async () => {
    const app = await servedApp({ uploadSilence: 300 });
    served = app;
    const socket = await app.connect();
    socket.write(`${put(app, 1000)}half`);
    await heardFrom(socket);
    await vi.waitFor(async () => expect(await incoming(app)).toEqual([]));
    // The connections behind it are served as before.
    expect((await app.ask('/api/shell', { headers: app.own })).status).toBe(200);
  });

  test('no more than four at once, and an ended one makes room', async () => {
    const app = await servedApp();
    served = app;
    const sockets = await Promise.all(Array.from({ length: 4 }, () => app.connect()));
    for (const socket of sockets) socket.write(`${put(app, 1000)}half`);
    await vi.waitFor(async () => expect(await incoming(app)).toHaveLength(4));
    const bytes = { ...app.own, 'Content-Type': 'application/octet-stream', 'Content-Length': '3' };
    const send = () => app.ask('/api/library/files?name=b.pth', { method: 'PUT', body: 'abc', headers: bytes });
    expect((await send()).status).toBe(429);
    sockets[0]!.destroy();
    await vi.waitFor(async () => expect((await send()).status).toBe(200));
  });

  test('more bytes than announced are not part of the file', async () => {
    const app = await servedApp();
    served = app;
    const answer = await app.raw(
      `${put(app, 3)}abcGET /api/shell HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
    );
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['200', '403']);
  });
});

test('readers who do not read hold up nobody', async () => {
  const app = await servedApp();
  served = app;
  const sockets = await Promise.all(Array.from({ length: 40 }, () => app.connect()));
  for (const socket of sockets) {
    socket.pause();
    socket.write(`GET /api/library/events HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${app.own.Cookie}\r\n\r\n`);
  }
  expect((await app.ask('/api/shell', { headers: app.own })).status).toBe(200);
});
