import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { APP_ORIGIN } from '../../electron/protocol/app-origin.ts';
import { assetFolders, listAssets } from '../../electron/protocol/assets.ts';
import { respond } from '../../electron/protocol/respond.ts';
import { type ServedApp, servedApp } from './served-app.ts';

/** No spelling of an address reaches a file that was not listed at start, in either shell. */

const SECRET = 'the user’s own file';
let served: ServedApp;

beforeAll(async () => {
  served = await servedApp();
  const { root } = served.app;
  // Planted around and, after the listing, inside of what is served.
  for (const path of ['secret.txt', 'dist/secret.txt', 'dist/renderer/secret.txt', 'models/secret.txt'])
    await writeFile(join(root, path), SECRET);
  await symlink(join(root, 'secret.txt'), join(root, 'dist', 'renderer', 'link.txt'));
});

afterAll(() => served.close());

const UP = ['../', '..%2f', '%2e%2e/', '%2e%2e%2f', '%2E%2E%2F', '..%5c', '..\\', '....//', '.%2e/', '..;/', '..%00/'];
const TWICE = ['%252e%252e%252f', '..%252f', '%25252e%25252e%25252f'];
const OVERLONG = [
  '%c0%ae%c0%ae%c0%af',
  '..%c0%af',
  '%e0%80%ae%e0%80%ae/',
  '%f0%80%80%ae%f0%80%80%ae/',
  '..%ef%bc%8f',
  '．．/',
];

const ATTEMPTS = [
  ...[...UP, ...TWICE, ...OVERLONG].flatMap((step) => [
    `/${step}secret.txt`,
    `/assets/${step.repeat(2)}secret.txt`,
    `/models/demo/${step.repeat(3)}secret.txt`,
    `/models/library/${step.repeat(8)}etc/passwd`,
  ]),
  ...['/secret.txt', '/link.txt', '/samples/../secret.txt', '/samples/cat.png/../../secret.txt'],
  ...['//etc/passwd', '///etc/passwd', '/etc/passwd', '/%2fetc/passwd', '/proc/self/environ'],
  ...[
    '/C:/Windows/win.ini',
    '/C%3A%5CWindows%5Cwin.ini',
    '/c:secret.txt',
    '//?/C:/secret.txt',
    '/%5c%5c127.0.0.1%5cshare',
  ],
  ...[
    '/index.html%00.png',
    '/secret.txt%00.png',
    '/index.html/',
    '/index.html.',
    '/index.html%20',
    '/index.html::$DATA',
  ],
  ...['/.', '/..', '/./', '/%2e', '/~', '/.git/config', '/package.json', '/node_modules/', '/home/settings.json'],
  ...['/models/', '/models', '/models/library/', '/assets/', '/samples/', '/samples', '/__proto__', '/constructor'],
  ...['/toString', '/hasOwnProperty', '/%', '/%zz', '/%u002e%u002e/secret.txt', '/file:///etc/passwd', '/\uD800'],
];

test.each([...new Set(ATTEMPTS)])('%s', async (path) => {
  // As a browser with the cookie; Node itself refuses to send what is not Latin-1.
  const latin = Buffer.from(path).toString('latin1');
  const answer = await served.raw(
    `GET ${latin} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: ${served.own.Cookie}\r\nConnection: close\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(Buffer.from(answer, 'latin1').toString()).not.toContain(SECRET);
  expect(answer).not.toContain('root:');

  const assets = await listedBefore();
  const address = APP_ORIGIN + path;
  if (!URL.canParse(address)) return;
  const reply = await respond(assets, new Request(address));
  const { pathname } = new URL(address);
  // The URL parser has already led dots back to an address that is listed, as it does for every page.
  if (pathname === '/' || pathname === '/index.html') return;
  expect(reply.status).toBe(404);
});

test('what was listed is served, and nothing that came into the folders later', async () => {
  expect((await served.ask('/index.html', { headers: served.own })).status).toBe(200);
  expect((await served.ask('/secret.txt', { headers: served.own })).status).toBe(404);
});

test('a link in the folders is not listed', async () => {
  const assets = await listAssets(assetFolders(served.app.root));
  expect([...assets.keys()]).toContain('/secret.txt');
  expect([...assets.keys()]).not.toContain('/link.txt');
});

describe('an id is not a path', () => {
  const IDS = [
    '../../secret',
    '/etc/passwd',
    '..',
    '.',
    'imported:../../x',
    'imported:..',
    'C:\\x',
    'a\0b',
    '__proto__',
    'hf:../../x',
    'org/../../x',
  ];
  const post = (path: string, data: unknown) =>
    served.ask(path, {
      method: 'POST',
      headers: { ...served.own, 'Content-Type': 'application/json' },
      body: JSON.stringify(data),
    });

  test.each(IDS)('of a model: %j', async (id) => {
    for (const command of ['remove', 'pause', 'cancel', 'reveal', 'download']) {
      const reply = await post('/api/library/command', { command, id });
      // Giving up what was not begun is no error; everything else names why not.
      if (reply.status !== 200) expect(JSON.parse(reply.body)).toMatchObject({ code: expect.any(String) });
    }
    const used = await post('/api/library/work', { work: 'use', id });
    expect(JSON.parse(used.body.trim().split('\n').at(-1)!)).toMatchObject({ kind: 'error' });
    expect(used.body).not.toContain('weightsUrl');
  });

  test.each(IDS)('of a file or an import: %j', async (ticket) => {
    const inspected = await post('/api/library/work', { work: 'inspect', files: [ticket] });
    expect(inspected.body).toContain('"import-gone"');
    expect((await post('/api/library/command', { command: 'discard', proposal: ticket })).status).toBe(200);
    expect((await post('/api/library/command', { command: 'forget-files', files: [ticket] })).status).toBe(200);
  });
});

/** The listing as it was when the server started. */
async function listedBefore() {
  const all = await listAssets(assetFolders(served.app.root));
  return new Map([...all].filter(([path]) => !path.includes('secret')));
}
