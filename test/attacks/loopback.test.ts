import { execFile } from 'node:child_process';
import { readdir, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { endianness, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Access } from '../../electron/serve/access.ts';
import { Peers } from '../../electron/serve/peer.ts';
import { type ServedApp, servedApp } from './served-app.ts';

let served: ServedApp;

beforeEach(async () => {
  served = await servedApp();
});

afterEach(() => served.close());

/** What connecting to `host` ends in. */
function tryConnecting(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const end = (outcome: string) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.once('connect', () => end('connected'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'failed'));
    socket.setTimeout(2000, () => end('nothing'));
  });
}

describe('where it listens', () => {
  const others = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    // A link-local address needs its interface's name to be reached at all.
    .filter(({ address }) => address !== '127.0.0.1' && !address.startsWith('fe80:'))
    .map(({ address }) => address);

  test.each([...new Set([...others, '::1'])])('not at %s', async (address) => {
    expect(await tryConnecting(address, served.server.port)).not.toBe('connected');
    expect(await tryConnecting('127.0.0.1', served.server.port)).toBe('connected');
  });
});

describe('the token', () => {
  test('has 256 bits of its own at every start', () => {
    const tokens = Array.from({ length: 500 }, () => new Access(1).token);
    expect(new Set(tokens).size).toBe(tokens.length);
    for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    // Every bit of it is random: each is set in about half of the tokens.
    for (let bit = 0; bit < 256; bit++) {
      const set = tokens.filter((token) => (Buffer.from(token, 'base64url')[bit >> 3]! >> (bit & 7)) & 1).length;
      expect(set).toBeGreaterThan(150);
      expect(set).toBeLessThan(350);
    }
  });

  test('nothing but the whole of it opens', async () => {
    const { token, server } = served;
    const wrong = [
      token.slice(0, -1),
      `${token}A`,
      `${token}%00`,
      `%20${token}`,
      token.toLowerCase(),
      '',
      'undefined',
      `${token}&token=${token}`.slice(1),
    ];
    for (const guess of wrong) expect((await served.ask(`/?token=${guess}`)).status, guess).toBe(403);
    const cookies = [
      `cvt_lens_${server.port}`,
      `cvt_lens_${server.port}=`,
      `cvt_lens_${server.port}=${token.slice(0, -1)}`,
      `cvt_lens_${server.port}="${token}"`,
      `x_cvt_lens_${server.port}=${token}`,
      token,
    ];
    for (const cookie of cookies)
      expect((await served.ask('/api/shell', { headers: { Cookie: cookie } })).status, cookie).toBe(403);
    // Neither a header nor an address other than the entry takes it.
    for (const headers of [{ Authorization: `Bearer ${token}` }, { 'X-Token': token }] as const)
      expect((await served.ask('/api/shell', { headers: { ...headers } })).status).toBe(403);
    expect((await served.ask(`/api/shell?token=${token}`)).status).toBe(403);
  });

  test('leaves by no header, and is in no log', async () => {
    const said: unknown[] = [];
    const error = vi.spyOn(console, 'error').mockImplementation((...words) => said.push(...words));
    try {
      await rm(join(served.app.root, 'assets', 'samples', 'cat.png'));
      const failed = await served.ask(`/samples/cat.png?token=${served.token}`, { headers: served.own });
      expect(failed.status).toBe(500);
      expect(failed.body).not.toContain(served.app.root);
      expect(said.length).toBeGreaterThan(0);
      for (const words of said) expect(String((words as Error).stack ?? words)).not.toContain(served.token);
    } finally {
      error.mockRestore();
    }
    for (const path of [`/?token=${served.token}`, '/', '/api/shell', '/assets/index-abc.js']) {
      const { headers, body } = await served.ask(path, { headers: served.own });
      expect(headers['referrer-policy']).toBe('no-referrer');
      expect(headers.location ?? '').not.toContain('token');
      expect(body).not.toContain(served.token);
      const { 'set-cookie': cookie, ...others } = headers;
      expect(JSON.stringify(others)).not.toContain(served.token);
      for (const each of cookie ?? []) expect(each).toMatch(/^[^;]+; Path=\/; HttpOnly; SameSite=Strict$/);
    }
  });

  test('what it opens is kept by no cache', async () => {
    for (const path of [`/?token=${served.token}`, '/', '/api/shell', '/api/settings', '/nothing'])
      expect((await served.ask(path, { headers: served.own })).headers['cache-control'], path).toBe('no-store');
  });
});

describe('another user of this machine', () => {
  const isRoot = process.getuid?.() === 0;
  const NOBODY = 65_534;

  test.runIf(isRoot && process.platform === 'linux')('is refused with the token and with a stolen cookie', async () => {
    // Root's own programs are let in everywhere, so the server is told to be a third user's.
    await served.close();
    served = await servedApp({ peers: new Peers(12_345) });
    const script = `
      const ask = (path, headers) => fetch('${served.origin}' + path, { headers, redirect: 'manual' })
        .then(async (reply) => reply.status + ' ' + (await reply.text()));
      const answers = [
        await ask('/?token=${served.token}', {}),
        await ask('${new URL(served.server.oneTimeAddress()).search.replace('?', '/?')}', {}),
        await ask('/api/shell', { Cookie: '${served.own.Cookie}' }),
      ];
      console.log(JSON.stringify(answers));`;
    const run = promisify(execFile);
    const as = async (uid: number): Promise<string[]> => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { uid, cwd: tmpdir() });
      return JSON.parse(stdout);
    };
    for (const answer of await as(NOBODY)) expect(answer).toMatch(/^403 CvT Lens was started here by another user/);
    const [printed, , cookie] = await as(0);
    expect(printed).toMatch(/^303/);
    expect(cookie).toMatch(/^200/);
  });

  /** Both ends of a connection in the kernel's spelling. */
  const spell = (port: number) =>
    `${endianness() === 'LE' ? '0100007F' : '7F000001'}:${port.toString(16).padStart(4, '0').toUpperCase()}`;
  const line = (from: string, to: string, state: string, uid: number) =>
    `   0: ${from} ${to} ${state} 00000000:00000000 00:00000000 00000000  ${uid}        0 4711 1 0000000000000000 20 4 30 10 -1`;
  const [THEIRS, OURS] = [51_000, 7224];
  const socket = {
    remoteAddress: '127.0.0.1',
    remotePort: THEIRS,
    localAddress: '127.0.0.1',
    localPort: OURS,
  } as Socket;
  const mapped = (text: string) => `0000000000000000${endianness() === 'LE' ? 'FFFF0000' : '0000FFFF'}${text}`;
  const accepted = line(spell(OURS), spell(THEIRS), '01', 1000);

  test.each([
    ['ours', [line(spell(THEIRS), spell(OURS), '01', 1000)], [], true],
    ['root’s, as a tunnel’s is', [line(spell(THEIRS), spell(OURS), '01', 0)], [], true],
    ['another user’s', [line(spell(THEIRS), spell(OURS), '01', 1001)], [], false],
    [
      'another user’s over an IPv6 socket',
      [accepted],
      [line(mapped(spell(THEIRS)), mapped(spell(OURS)), '01', 1001)],
      false,
    ],
    ['ours over an IPv6 socket', [accepted], [line(mapped(spell(THEIRS)), mapped(spell(OURS)), '01', 1000)], true],
    ['let go of, when the kernel calls it root’s', [line(spell(THEIRS), spell(OURS), '04', 0), accepted], [], false],
    ['gone', [accepted], [], false],
    ['in a list that has not even our end', [line(spell(1), spell(2), '01', 1001)], [], true],
    [
      'another user’s beside ours with the same port to elsewhere',
      [
        line(spell(THEIRS), `08080808:${spell(OURS).slice(-4)}`, '01', 1000),
        line(spell(THEIRS), spell(OURS), '01', 1001),
      ],
      [],
      false,
    ],
  ])('a connection that is %s', async (_, tcp, tcp6, isAdmitted) => {
    const peers = new Peers(1000, async (path) =>
      ['  sl  local_address …', ...(path.endsWith('6') ? tcp6 : tcp)].join('\n'),
    );
    expect(await peers.admits(socket)).toBe(isAdmitted);
  });

  test('where the system tells nothing, the token decides', async () => {
    expect(await new Peers(1000, async () => null).admits(socket)).toBe(true);
    expect(await new Peers(null, async () => accepted).admits(socket)).toBe(true);
  });

  test.runIf(process.platform === 'linux')('the real lists know our own connections', async () => {
    const accepting = new Promise<Socket>((resolve) => {
      const listener = createServer((peer) => {
        resolve(peer);
        listener.close();
      });
      listener.listen(0, '127.0.0.1', () => {
        const address = listener.address();
        if (address !== null && typeof address === 'object') client = connect(address.port, '127.0.0.1');
      });
    });
    let client: Socket | undefined;
    const peer = await accepting;
    expect(await new Peers().admits(peer)).toBe(true);
    expect(await new Peers(12_345).admits(peer)).toBe(process.getuid?.() === 0);
    client?.destroy();
    peer.destroy();
  });
});

test.skipIf(process.platform === 'win32')('what is written is for this user alone, whatever the umask is', async () => {
  const before = process.umask(0);
  try {
    const json = { ...served.own, 'Content-Type': 'application/json' };
    expect((await served.ask('/api/settings', { method: 'PUT', body: '{}', headers: json })).status).toBe(200);
    const bytes = { ...served.own, 'Content-Type': 'application/octet-stream', 'Content-Length': '3' };
    const sent = await served.ask('/api/library/files?name=a.pth', { method: 'PUT', body: 'abc', headers: bytes });
    expect(sent.status).toBe(200);
  } finally {
    process.umask(before);
  }
  const { home } = served.app;
  const mode = async (path: string) => (await stat(path)).mode & 0o777;
  expect(await mode(home)).toBe(0o700);
  expect(await mode(join(home, 'settings.json'))).toBe(0o600);
  const downloads = join(home, 'weights', 'downloads');
  const [name = ''] = await readdir(downloads);
  expect(await mode(join(downloads, name))).toBe(0o600);
});
