import { open, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRange } from '../../electron/protocol/ranges.ts';
import { type ServedApp, servedApp } from './served-app.ts';

/** Malformed, ambiguous and greedy requests. Each is answered as one request or refused; a second one never slips in behind. */

let served: ServedApp;
const LARGE = 64 * 2 ** 20;
let large: string;

beforeAll(async () => {
  served = await servedApp();
  // Grown after the listing, so that a test may cut it while it is sent.
  large = join(served.app.root, 'assets', 'samples', 'cat.png');
});

afterAll(() => served.close());

const SMUGGLED = 'GET /api/shell HTTP/1.1\r\nHost: 127.0.0.1\r\nX: ';
const lines = (...all: readonly string[]) => `${all.join('\r\n')}\r\n\r\n`;
const cookieLine = () => `Cookie: ${served.own.Cookie}`;
const originLine = () => `Origin: http://127.0.0.1`;
const JSON_LINE = 'Content-Type: application/json';

/** The statuses of all answers in what the server sent. */
const statuses = (answer: string): readonly number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));

describe('requests that two readers would split differently', () => {
  const ambiguous: readonly [string, () => string][] = [
    [
      'a length and chunks',
      () =>
        `${lines(
          'POST /api/library/command HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          originLine(),
          JSON_LINE,
          'Content-Length: 4',
          'Transfer-Encoding: chunked',
        )}0\r\n\r\n${SMUGGLED}`,
    ],
    [
      'two lengths',
      () =>
        lines(
          'POST /api/library/command HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          originLine(),
          JSON_LINE,
          'Content-Length: 0',
          'Content-Length: 60',
        ) + SMUGGLED,
    ],
    [
      'a list of lengths',
      () =>
        lines(
          'POST /api/library/command HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          originLine(),
          JSON_LINE,
          'Content-Length: 0, 60',
        ) + SMUGGLED,
    ],
    [
      'a negative length',
      () =>
        lines(
          'POST /api/library/command HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          originLine(),
          JSON_LINE,
          'Content-Length: -1',
        ) + SMUGGLED,
    ],
    [
      'a length that overflows',
      () =>
        lines(
          'POST /api/library/command HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          originLine(),
          JSON_LINE,
          'Content-Length: 99999999999999999999999',
        ) + SMUGGLED,
    ],
    [
      'chunks under an unknown coding',
      () =>
        `${lines(
          'POST /api/library/command HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          originLine(),
          JSON_LINE,
          'Transfer-Encoding: xchunked',
        )}0\r\n\r\n${SMUGGLED}`,
    ],
    [
      'a chunk of a size that overflows',
      () =>
        `${lines(
          'POST /api/library/command HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          originLine(),
          JSON_LINE,
          'Transfer-Encoding: chunked',
        )}FFFFFFFFFFFFFFFFF\r\n${SMUGGLED}`,
    ],
    ['a space before the colon', () => lines('GET / HTTP/1.1', 'Host: 127.0.0.1', 'Content-Length : 60') + SMUGGLED],
    ['a folded header', () => lines('GET / HTTP/1.1', 'Host: 127.0.0.1', 'X: a', ' Content-Length: 60')],
    ['a bare line feed', () => `GET / HTTP/1.1\nHost: 127.0.0.1\n${cookieLine()}\n\n`],
    ['a bare carriage return', () => `GET / HTTP/1.1\rHost: 127.0.0.1\r\r`],
    ['NUL in a header', () => lines('GET / HTTP/1.1', 'Host: 127.0.0.1', 'X: a\0b')],
    ['NUL in the path', () => lines('GET /\0 HTTP/1.1', 'Host: 127.0.0.1')],
    ['a space in the path', () => lines('GET / HTTP/1.1 HTTP/1.1', 'Host: 127.0.0.1')],
    ['no Host', () => lines('GET / HTTP/1.1', cookieLine())],
    ['an empty Host', () => lines('GET / HTTP/1.1', 'Host:', cookieLine(), 'Connection: close')],
    ['HTTP/1.0 without Host', () => lines('GET / HTTP/1.0', cookieLine())],
    ['HTTP/2 from the start', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'.padEnd(300, '\x01')],
    ['a proxy’s CONNECT', () => lines('CONNECT evil.example:443 HTTP/1.1', 'Host: 127.0.0.1', cookieLine())],
    ['a method of no kind', () => lines('FROB / HTTP/1.1', 'Host: 127.0.0.1', cookieLine())],
    ['a method in small letters', () => lines('get / HTTP/1.1', 'Host: 127.0.0.1', cookieLine())],
    [
      'an expectation that is unknown',
      () =>
        lines(
          'POST /api/settings HTTP/1.1',
          'Host: 127.0.0.1',
          originLine(),
          'Expect: the-unexpected',
          'Content-Length: 0',
          'Connection: close',
        ),
    ],
  ];

  test.each(ambiguous)('%s', async (_, request) => {
    const answer = await served.raw(request());
    const all = statuses(answer);
    expect(all.length).toBeLessThanOrEqual(1);
    for (const status of all) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect(answer).not.toContain('cvt-demo');
  });

  test('a body that nobody read is not taken for the next request', async () => {
    const behind = lines('GET /api/shell HTTP/1.1', 'Host: 127.0.0.1', cookieLine());
    const last = lines('GET /nothing HTTP/1.1', 'Host: 127.0.0.1', cookieLine(), 'Connection: close');
    const head = ['Host: 127.0.0.1', `Content-Length: ${behind.length}`];
    for (const [request, status] of [
      [lines('POST / HTTP/1.1', ...head), 403],
      [lines('POST /api/settings HTTP/1.1', ...head, cookieLine(), originLine()), 405],
      [lines('PUT /api/settings HTTP/1.1', ...head, cookieLine(), originLine()), 415],
      [lines('GET /samples/a%20cat.png HTTP/1.1', ...head, cookieLine()), 200],
      [lines('PUT /index.html HTTP/1.1', ...head, cookieLine(), originLine()), 405],
    ] as const) {
      const answer = await served.raw(request + behind + last);
      expect(statuses(answer)).toEqual([status, 404]);
      expect(answer).not.toContain('cvt-demo');
    }
  });

  test('of requests in one packet each is judged by itself', async () => {
    const answer = await served.raw(
      lines('GET /api/shell HTTP/1.1', 'Host: 127.0.0.1', cookieLine()) +
        lines('GET /api/shell HTTP/1.1', 'Host: 127.0.0.1') +
        lines('GET /api/shell HTTP/1.1', 'Host: evil.example', cookieLine()) +
        lines(
          'GET /api/shell HTTP/1.1',
          'Host: 127.0.0.1',
          cookieLine(),
          'Origin: http://evil.example',
          'Connection: close',
        ),
    );
    expect(statuses(answer)).toEqual([200, 403, 403, 403]);
  });

  test('of two Hosts the first counts, and both must not be a browser’s way in', async () => {
    const answer = await served.raw(
      lines('GET /api/shell HTTP/1.1', 'Host: evil.example', 'Host: 127.0.0.1', cookieLine(), 'Connection: close'),
    );
    expect(statuses(answer)).toEqual([403]);
  });
});

describe('what is too much', () => {
  const HUGE = 'a'.repeat(20_000);
  test.each([
    ['an address', () => lines(`GET /${HUGE} HTTP/1.1`, 'Host: 127.0.0.1', cookieLine())],
    ['a header', () => lines('GET / HTTP/1.1', 'Host: 127.0.0.1', `X: ${HUGE}`)],
    ['a header’s name', () => lines('GET / HTTP/1.1', 'Host: 127.0.0.1', `${HUGE}: x`)],
    [
      'headers',
      () => lines('GET / HTTP/1.1', 'Host: 127.0.0.1', ...Array.from({ length: 3000 }, (_, i) => `X${i}: 1`)),
    ],
    ['a cookie', () => lines('GET / HTTP/1.1', 'Host: 127.0.0.1', `Cookie: ${'a=1; '.repeat(5000)}`)],
  ])('%s', async (_, request) => {
    expect(statuses(await served.raw(request()))).toEqual([431]);
  });

  test.each([
    `bytes=0-${'9'.repeat(10_000)}`,
    `bytes=${'9'.repeat(10_000)}-`,
    `bytes=-${'9'.repeat(10_000)}`,
    'bytes=0-18446744073709551616',
    'bytes=9007199254740993-9007199254740995',
    'bytes=-1-5',
    'bytes=--5',
    'bytes=5-4',
    'bytes=0x0-0x5',
    'bytes=1e3-',
    'bytes= 0 - 5',
    `bytes=${Array.from({ length: 1000 }, (_, i) => `${i}-${i}`).join(',')}`,
    'bytes=0-,0-,0-,0-',
    'bytes=\u0660-\u0669',
  ])('Range: %.40s', (range) => {
    const size = 256;
    const answer = readRange(range, size);
    if (answer.kind !== 'part') return expect(['whole', 'unsatisfiable']).toContain(answer.kind);
    expect(Number.isSafeInteger(answer.start) && Number.isSafeInteger(answer.end)).toBe(true);
    expect(0 <= answer.start && answer.start < answer.end && answer.end <= size).toBe(true);
  });

  test('a thousand ranges are one answer, no larger than the file', async () => {
    const range = `bytes=${Array.from({ length: 1000 }, () => '0-255').join(',')}`;
    const reply = await served.ask('/models/demo/cvt-demo.safetensors', { headers: { ...served.own, Range: range } });
    expect(reply.status).toBe(200);
    expect(reply.body).toHaveLength(256);
  });
});

test('a file that shrinks while it is sent ends the connection, and no other answer takes the missing bytes’ place', async () => {
  const file = await open(large, 'r+');
  await file.truncate(LARGE);
  await file.close();
  const socket = await served.connect();
  let heard = 0;
  let tail = '';
  socket.on('data', (part: Buffer) => {
    heard += part.length;
    tail = part.toString('latin1').slice(-2000);
  });
  const ended = new Promise((resolve) => socket.once('close', resolve));
  socket.write(lines('GET /samples/cat.png HTTP/1.1', 'Host: 127.0.0.1', cookieLine()));
  socket.write(lines('GET /api/shell HTTP/1.1', 'Host: 127.0.0.1', cookieLine()));
  await new Promise((resolve) => socket.once('data', resolve));
  socket.pause();
  // More than what the kernel holds between the two is yet to be read.
  await truncate(large, (await stat(large)).size / 2);
  socket.resume();
  await ended;
  expect(heard).toBeLessThan(LARGE);
  expect(tail).not.toContain('HTTP/1.1');
});
