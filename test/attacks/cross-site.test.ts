import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ServedApp, servedApp } from './served-app.ts';

/** What other pages in the user's browser can send, with the user's cookie as the worst case. test/browser has a real browser do it. */

let served: ServedApp;

beforeAll(async () => {
  served = await servedApp();
});

afterAll(() => served.close());

const cookie = () => ({ Cookie: served.own.Cookie });
const evil = { Origin: 'http://evil.example', 'Sec-Fetch-Site': 'cross-site' };
/** Another port of this host counts as the same site, which gets SameSite cookies. */
const neighbour = { Origin: 'http://127.0.0.1:8888', 'Sec-Fetch-Site': 'same-site' };
/** Of an answer. */
const HEAD = /\r\n\r\n/;
const COMMAND = JSON.stringify({ command: 'remove', id: 'cvt-demo' });

describe.each([
  ['a page of another site', evil],
  ['a page on another port', neighbour],
  ['a sandboxed frame', { Origin: 'null', 'Sec-Fetch-Site': 'cross-site' }],
  ['an old browser, which says only the origin', { Origin: 'http://evil.example' }],
])('%s', (_, from) => {
  test.each([
    ['a form of type text/plain', 'POST', '/api/library/command', 'text/plain'],
    ['a form', 'POST', '/api/library/command', 'application/x-www-form-urlencoded'],
    ['a form with files', 'POST', '/api/library/command', 'multipart/form-data; boundary=x'],
    ['JSON without a preflight', 'POST', '/api/library/command', 'application/json'],
    ['work', 'POST', '/api/library/work', 'application/json'],
    ['settings', 'PUT', '/api/settings', 'application/json'],
    ['a file', 'PUT', '/api/library/files?name=a.pth', 'application/octet-stream'],
  ])('cannot send %s', async (__, method, path, type) => {
    const headers = { ...cookie(), ...from, 'Content-Type': type, 'Sec-Fetch-Mode': 'no-cors' };
    const reply = await served.ask(path, { method, headers, body: COMMAND });
    expect(reply.status).toBe(403);
    expect(await readdir(served.app.home).catch(() => [])).not.toContain('settings.json');
  });

  test.each(['/', '/api/shell', '/api/library/events', '/models/demo/cvt-demo.safetensors', '/samples/cat.png'])(
    'cannot read %s',
    async (path) => {
      const reply = await served.ask(path, { headers: { ...cookie(), ...from, 'Sec-Fetch-Mode': 'no-cors' } });
      expect(reply.status).toBe(403);
    },
  );

  test('is told nothing by a preflight', async () => {
    const headers = {
      ...cookie(),
      ...from,
      'Access-Control-Request-Method': 'POST',
      'Access-Control-Request-Headers': 'content-type',
      'Access-Control-Request-Private-Network': 'true',
    };
    const reply = await served.ask('/api/library/command', { method: 'OPTIONS', headers });
    expect(reply.status).toBe(405);
    expect(Object.keys(reply.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test('gets no WebSocket', async () => {
    const answer = await served.raw(upgrade(from), HEAD);
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer).not.toMatch(/sec-websocket-accept/i);
  });
});

test('our own page gets no WebSocket either: there is none', async () => {
  const answer = await served.raw(upgrade(served.own), HEAD);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  expect(answer).not.toMatch(/sec-websocket-accept|\r\nupgrade:/i);
});

test.each(['h2c', 'TLS/1.0, HTTP/1.1'])('an upgrade to %s is none', async (protocol) => {
  const answer = await served.raw(upgrade(served.own).replace('websocket', protocol), HEAD);
  expect(answer).toMatch(/^HTTP\/1\.1 200 /);
});

test.each([
  'evil.example',
  '127.0.0.1.evil.example',
  'localhost.evil.example',
  '127.0.0.1@evil.example',
  'evil.example#127.0.0.1',
  '127.0.0.2',
  '0.0.0.0',
  '2130706433',
  '0x7f.1',
  '127.1',
  '[::ffff:127.0.0.1]',
  'localhost.',
  '127.0.0.1:80:80',
  '127.0.0.1:',
])('a page that was rebound to us is known by its Host: %s', async (host) => {
  const reply = await served.ask('/api/shell', { headers: { ...cookie(), Host: host } });
  expect(reply.status).toBe(403);
  expect(reply.body).not.toContain('cvt-demo');
});

test('an answer is marked so that no other page can include, frame, open or sniff it', async () => {
  const answers = [
    await served.ask('/', { headers: served.own }),
    await served.ask('/api/shell', { headers: served.own }),
    await served.ask('/samples/cat.png', { headers: served.own }),
    await served.ask('/models/demo/cvt-demo.safetensors', { headers: { ...served.own, Range: 'bytes=0-1' } }),
    await served.ask('/nothing', { headers: served.own }),
    await served.ask('/'),
    await served.ask(`/?token=${served.token}`),
    await served.ask('/api/shell', { headers: evil }),
    await served.ask('/api/settings', { method: 'PUT', headers: served.own, body: '{' }),
  ];
  for (const { headers } of answers) {
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-embedder-policy': 'require-corp',
      'x-content-type-options': 'nosniff',
    });
    const policy = String(headers['content-security-policy']);
    for (const directive of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'none'"])
      expect(policy.split('; ')).toContain(directive);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test.each([
  ['in the path', '/<script>MARKER</script>', {}],
  ['in the path, encoded', '/%3Cscript%3EMARKER%3C%2Fscript%3E', {}],
  ['in the query', '/nothing?MARKER=<b>', {}],
  ['as a token', '/?token=MARKER', {}],
  ['in Host', '/', { Host: 'MARKER.example' }],
  ['in Origin', '/', { Origin: 'http://MARKER.example' }],
  ['in a cookie', '/', { Cookie: 'MARKER=1' }],
  ['in Range', '/samples/cat.png', { Range: 'bytes=MARKER' }],
  ['in Content-Type', '/api/settings', { 'Content-Type': 'MARKER' }],
])('nothing is reflected that stands %s', async (_, path, headers) => {
  for (const method of ['GET', 'PUT']) {
    const sent = { ...served.own, ...headers };
    const replies = [await served.ask(path, { method, headers: sent }), await served.ask(path, { method, headers })];
    for (const reply of replies) {
      expect(reply.body).not.toContain('MARKER');
      expect(JSON.stringify(reply.headers)).not.toContain('MARKER');
    }
  }
});

function upgrade(from: Readonly<Record<string, string>>): string {
  const headers = {
    Host: `127.0.0.1:${served.server.port}`,
    ...cookie(),
    ...from,
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET / HTTP/1.1\r\n${lines.join('')}\r\n`;
}
