import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hubAddress } from '../../electron/weights/hub-address.ts';
import { HubClient } from '../../electron/weights/hub-client.ts';
import { huggingFaceCache } from '../../electron/weights/hugging-face-cache.ts';
import { parseModelId } from '../../electron/weights/model-id.ts';
import { proxiedHttp } from '../../electron/weights/proxied-http.ts';
import { Queue } from '../../electron/weights/queue.ts';
import { retryAfterMs } from '../../electron/weights/retry-after.ts';
import { SpeedMeter } from '../../electron/weights/speed-meter.ts';
import { defaultWeightsFolder, folderName, idOfFolder } from '../../electron/weights/weights-folder.ts';

const running = new AbortController().signal;

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  test.each([
    [undefined, null],
    ['0', 0],
    [' 120 ', 120_000],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', null],
    ['99999999999999999999', null],
  ])('%j', (header, expected) => {
    expect(retryAfterMs(header, now)).toBe(expected);
  });
});

describe('model ids', () => {
  test.each([
    ['cvt-13-224-1k', 'catalog', 'cvt-13-224-1k'],
    ['microsoft/cvt-13', 'catalog', 'cvt-13-224-1k'],
    ['Microsoft/CvT-13', 'catalog', 'cvt-13-224-1k'],
    // The way to what an official repository holds today, whatever that is.
    ['microsoft/cvt-13@main', 'repository', 'microsoft/cvt-13@main'],
    ['someone/cvt', 'repository', 'someone/cvt'],
    ['someone/cvt@main', 'repository', 'someone/cvt'],
    ['someone/cvt@refs/pr/1', 'repository', 'someone/cvt@refs/pr/1'],
  ])('%s', (text, kind, id) => {
    expect(parseModelId(text)).toMatchObject({ kind, id });
    expect(parseModelId(id)?.id).toBe(id);
    expect(idOfFolder(folderName(id))).toBe(id);
    expect(folderName(id)).toMatch(/^[\w.%@-]+$/);
  });
});

describe('which hub', () => {
  test.each([
    [{}, null, 'https://huggingface.co'],
    [{ HF_ENDPOINT: 'https://mirror.example/hf/' }, null, 'https://mirror.example/hf'],
    [{}, 'https://mirror.example', 'https://mirror.example'],
    [{ HF_ENDPOINT: 'https://one.example' }, 'https://other.example', 'https://one.example'],
    [{ HF_ENDPOINT: '  ' }, null, 'https://huggingface.co'],
  ])('%j and the mirror %j', (env, mirror, endpoint) => {
    expect(hubAddress(env, mirror)).toEqual({ endpoint, token: null });
  });

  test.each(['mirror', 'ftp://mirror', 'https://u:p@mirror', 'https://mirror?x', 'file:///etc'])(
    '%s is none',
    (text) => {
      expect(() => hubAddress({ HF_ENDPOINT: text }, null)).toThrow(
        expect.objectContaining({ code: 'network-unreachable' }),
      );
    },
  );

  test.each([
    ['https://hub.example', 'https://hub.example/cdn/x', true],
    ['https://hub.example', 'https://cdn.example/x', false],
    ['https://hub.example', 'https://hub.example:8443/x', false],
    ['http://hub.example', 'http://hub.example/x', false],
    ['http://127.0.0.1:1', 'http://127.0.0.1:1/x', true],
  ])('%s redirecting to %s: the token goes along: %s', async (endpoint, location, sent) => {
    const authorised: boolean[] = [];
    const client = new HubClient({ endpoint, token: 'hf_secret' }, async ({ headers }) => {
      authorised.push('authorization' in headers);
      const first = authorised.length === 1;
      return {
        status: first ? 302 : 200,
        headers: new Map(first ? [['location', location]] : []),
        body: (async function* () {})(),
        discard: () => {},
      };
    });
    await client.open({ repository: 'a/b', revision: 'main', path: 'c' }, {}, running);
    expect(authorised[1]).toBe(sent);
  });

  test('never goes from https to http', async () => {
    const client = new HubClient({ endpoint: 'https://hub.example', token: null }, async () => ({
      status: 302,
      headers: new Map([['location', 'http://hub.example/x']]),
      body: (async function* () {})(),
      discard: () => {},
    }));
    await expect(client.open({ repository: 'a/b', revision: 'main', path: 'c' }, {}, running)).rejects.toMatchObject({
      error: { code: 'server-refused' },
    });
  });
});

describe('where weights and caches are', () => {
  test.each([
    ['linux', {}, '/home/me/.local/share/cvt-lens/weights'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/data/cvt-lens/weights'],
    ['darwin', {}, '/home/me/Library/Application Support/CvT Lens/weights'],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/CvT Lens/weights'],
    ['linux', { CVT_LENS_HOME: '/mine' }, '/mine/weights'],
  ] as const)('%s %j', (platform, env, folder) => {
    expect(defaultWeightsFolder({ env, platform, home: '/home/me' })).toBe(folder);
  });

  test.each([
    [{}, '/home/me/.cache/huggingface/hub'],
    [{ XDG_CACHE_HOME: '/c' }, '/c/huggingface/hub'],
    [{ HF_HOME: '/hf', XDG_CACHE_HOME: '/c' }, '/hf/hub'],
    [{ HF_HUB_CACHE: '/hub', HF_HOME: '/hf' }, '/hub'],
  ])('the Hugging Face cache of %j', (env, folder) => {
    expect(huggingFaceCache(env, '/home/me')).toBe(folder);
  });
});

describe('SpeedMeter', () => {
  test('follows a steady transfer and says how long it takes', () => {
    const meter = new SpeedMeter(0, 1000);
    expect([meter.bytesPerSecond, meter.secondsLeft(5000)]).toEqual([null, null]);
    for (let second = 1; second <= 10; second++) meter.update(second * 1000, 1000 + second * 200);
    expect(meter.bytesPerSecond).toBeCloseTo(200, 5);
    expect(meter.secondsLeft(5000)).toBeCloseTo(10, 5);
    expect(meter.secondsLeft(null)).toBeNull();
  });

  test('has no end to name while nothing moves', () => {
    const meter = new SpeedMeter(0, 0);
    meter.update(1000, 0);
    expect(meter.secondsLeft(10)).toBeNull();
  });
});

describe('Queue', () => {
  test('runs so many at a time, in order, and passes over who leaves', async () => {
    const queue = new Queue(2);
    const started: number[] = [];
    const finish: (() => void)[] = [];
    const leave = new AbortController();
    const jobs = [0, 1, 2, 3].map((index) =>
      queue.run(
        () => {
          started.push(index);
          return new Promise<void>((resolve) => finish.push(resolve));
        },
        index === 2 ? leave.signal : running,
      ),
    );
    expect(started).toEqual([]);
    await vi.waitFor(() => expect(started).toEqual([0, 1]));
    leave.abort();
    await expect(jobs[2]).rejects.toMatchObject({ code: 'cancelled' });
    finish[1]!();
    await vi.waitFor(() => expect(started).toEqual([0, 1, 3]));
    finish[0]!();
    finish[2]!();
    await Promise.all([jobs[0], jobs[1], jobs[3]]);
  });
});

describe("the environment's proxy", () => {
  const servers: Server[] = [];
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  async function listen(server: Server): Promise<number> {
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  test.each([
    ['is used', '', 1],
    ['is not used for hosts in NO_PROXY', '127.0.0.1', 0],
  ])('%s', async (_, noProxy, expected) => {
    const target = await listen(createServer((_request, response) => response.end('weights')));
    let tunnels = 0;
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      tunnels++;
      const [host, port] = (request.url ?? '').split(':');
      const upstream = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        upstream.pipe(socket).pipe(upstream);
      });
      for (const end of [upstream, socket]) end.on('error', () => end.destroy());
    });
    const port = await listen(proxy);
    for (const name of ['http_proxy', 'https_proxy', 'HTTPS_PROXY', 'no_proxy']) vi.stubEnv(name, undefined);
    vi.stubEnv('HTTP_PROXY', `http://127.0.0.1:${port}`);
    vi.stubEnv('NO_PROXY', noProxy);
    const http = proxiedHttp();
    const answer = await http.send({ url: `http://127.0.0.1:${target}/`, headers: {}, signal: running });
    const chunks: Uint8Array[] = [];
    for await (const chunk of answer.body) chunks.push(chunk);
    await http.close();
    expect(Buffer.concat(chunks).toString()).toBe('weights');
    expect(tunnels).toBe(expected);
  });
});
