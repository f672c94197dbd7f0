import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LibraryOptions } from '../../electron/weights/library.ts';
import { type OpenPart, openPart } from '../../electron/weights/part-file.ts';
import type { DownloadErrorCode } from '../../models/errors.ts';
import { bytesContent, textContent } from '../hub/contents.ts';
import type { TestHub } from '../hub/hub-server.ts';
import { type Bench, filesBelow, modelBytes, openBench, TINY, TINY_WEIGHTS } from '../hub/library-on-hub.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(1_500);
});
afterEach(() => bench.close());

const HALF = 150_000;
const cut = { kind: 'cut', after: HALF } as const;

/** Faults after which the right file is there all the same; `ranges` are the CDN requests' starts. */
const OVERCOME: readonly {
  readonly name: string;
  readonly arrange: (hub: TestHub) => void;
  readonly ranges: readonly (number | null | 'some')[];
}[] = [
  { name: 'nothing', arrange: () => {}, ranges: [null] },
  { name: 'a cut connection', arrange: (hub) => hub.fail('cdn', cut), ranges: [null, 'some'] },
  { name: 'two cuts in a row', arrange: (hub) => hub.fail('cdn', cut, cut), ranges: [null, 'some', 'some'] },
  { name: 'a reset before any answer', arrange: (hub) => hub.fail('cdn', { kind: 'reset' }), ranges: [null, null] },
  { name: 'a reset of the hub', arrange: (hub) => hub.fail('hub', { kind: 'reset' }), ranges: [null] },
  {
    name: 'silence in the middle',
    arrange: (hub) => hub.fail('cdn', { kind: 'silence', after: HALF }),
    ranges: [null, 'some'],
  },
  {
    name: '503 twice',
    arrange: (hub) => hub.fail('hub', { kind: 'status', status: 503 }, { kind: 'status', status: 503 }),
    ranges: [null],
  },
  {
    name: 'an expired link',
    arrange: (hub) => hub.fail('cdn', cut, { kind: 'status', status: 403 }),
    ranges: [null, 'some', 'some'],
  },
  {
    name: 'a CDN that ignores ranges',
    arrange: (hub) => hub.fail('cdn', cut, { kind: 'whole' }),
    ranges: [null, 'some'],
  },
  {
    name: 'a range nobody asked for',
    arrange: (hub) => hub.fail('cdn', cut, { kind: 'other-range' }),
    ranges: [null, 'some', null],
  },
  {
    name: 'a 416 for no reason',
    arrange: (hub) => hub.fail('cdn', cut, { kind: 'status', status: 416 }),
    ranges: [null, 'some', null],
  },
  { name: 'no length', arrange: (hub) => hub.fail('cdn', { kind: 'no-length' }), ranges: [null] },
  {
    name: 'no length and a cut',
    arrange: (hub) => hub.fail('cdn', { kind: 'no-length', cutAfter: HALF }),
    ranges: [null, 'some'],
  },
  {
    name: 'a wrong byte after a cut',
    arrange: (hub) => hub.fail('cdn', cut, { kind: 'flip', at: 300_000 }),
    ranges: [null, 'some', null],
  },
  {
    name: 'no ETag',
    arrange: (hub) => {
      hub.etags = false;
      hub.fail('cdn', cut);
    },
    ranges: [null, 'some'],
  },
  {
    name: 'a mirror that sends files itself',
    arrange: (hub) => {
      hub.direct = true;
    },
    ranges: [],
  },
  {
    name: 'a mirror that names no checksum',
    arrange: (hub) => {
      hub.linkedHeaders = false;
      hub.fail('cdn', cut);
    },
    ranges: [null, 'some'],
  },
];

describe('faults that are overcome', () => {
  test.each(OVERCOME)('$name', async ({ arrange, ranges }) => {
    arrange(bench.hub);
    const library = bench.library();
    const model = await library.pull(TINY);
    expect(model).toMatchObject({ id: TINY, sha256: TINY_WEIGHTS.sha256, size: TINY_WEIGHTS.size });
    expect((await modelBytes(bench.folder))?.equals(TINY_WEIGHTS.read(0, TINY_WEIGHTS.size))).toBe(true);
    expect((await library.entry(TINY)).state).toMatchObject({
      kind: 'installed',
      checkedAgainst: bench.hub.linkedHeaders ? 'hub' : 'nothing',
    });
    const starts = bench.hub
      .asked('cdn')
      .map(({ range }) => (range === undefined ? null : Number(/\d+/.exec(range)?.[0])));
    expect(
      starts.map((start, index) => (ranges[index] === 'some' && start !== null && start > 0 ? 'some' : start)),
    ).toEqual(ranges);
    expect(Object.keys(await filesBelow(bench.folder)).sort()).toEqual([
      'models/someone--cvt-tiny/manifest.json',
      'models/someone--cvt-tiny/model.safetensors',
    ]);
  });

  test('the pause that the server asks for is kept, in seconds or as a date', async () => {
    const date = new Date(Date.now() + 30_000).toUTCString();
    bench.hub.fail(
      'hub',
      { kind: 'status', status: 429, headers: { 'Retry-After': '7' } },
      { kind: 'status', status: 503, headers: { 'Retry-After': date } },
    );
    await bench.library().pull(TINY);
    expect(bench.waits[0]).toBe(7000);
    expect(bench.waits[1]).toBeGreaterThan(20_000);
    expect(bench.waits[1]).toBeLessThanOrEqual(30_000);
  });

  test('what has arrived forgives earlier failures', async () => {
    // More cuts than attempts are allowed, each a little further on.
    bench.hub.fail('cdn', ...Array.from({ length: 4 }, () => ({ kind: 'cut', after: 100_000 }) as const));
    await expect(bench.library().pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
  });
});

const status = (code: number, headers: Readonly<Record<string, string>> = {}) =>
  ({ kind: 'status', status: code, headers }) as const;

/** Faults that end a download, with what is kept for the next try. */
const FATAL: readonly {
  readonly name: string;
  readonly arrange: (hub: TestHub) => void;
  readonly options?: () => Partial<LibraryOptions>;
  readonly code: DownloadErrorCode | 'spec-invalid' | 'unknown-format' | 'spec-unreadable';
  readonly says: RegExp;
  readonly kept?: 'part';
}[] = [
  {
    name: 'the hub is down',
    arrange: (hub) => hub.failAlways('hub', { kind: 'reset' }),
    code: 'network-unreachable',
    says: /HTTPS_PROXY/,
  },
  {
    name: 'the CDN tears every connection',
    arrange: (hub) => hub.fail('cdn', cut, ...Array.from({ length: 5 }, () => ({ kind: 'reset' }) as const)),
    code: 'network-unreachable',
    says: /kept/,
    kept: 'part',
  },
  { name: '503 for ever', arrange: (hub) => hub.failAlways('hub', status(503)), code: 'server-failed', says: /503/ },
  {
    name: 'links that never work',
    arrange: (hub) => hub.failAlways('cdn', status(403)),
    code: 'server-failed',
    says: /link/,
  },
  {
    name: 'a pause of an hour',
    arrange: (hub) => hub.failAlways('hub', status(429, { 'Retry-After': '3600' })),
    code: 'rate-limited',
    says: /3600 s/,
  },
  {
    name: '429 for ever',
    arrange: (hub) => hub.failAlways('hub', status(429)),
    code: 'rate-limited',
    says: /fewer requests/,
  },
  {
    name: 'no such file',
    arrange: (hub) => hub.drop(TINY, 'model.safetensors'),
    code: 'no-weights',
    says: /pytorch_model\.bin/,
  },
  {
    name: 'no such repository',
    arrange: (hub) => hub.drop(TINY, 'config.json'),
    code: 'not-found',
    says: /HF_TOKEN|Check the name/,
  },
  {
    name: 'a private repository',
    arrange: (hub) => hub.failAlways('hub', status(401)),
    code: 'unauthorised',
    says: /HF_TOKEN/,
  },
  {
    name: 'a gated repository',
    arrange: (hub) => hub.failAlways('hub', status(401, { 'X-Error-Code': 'GatedRepo' })),
    code: 'gated',
    says: /terms/,
  },
  {
    name: 'a gated repository, to a stranger',
    arrange: (hub) => hub.failAlways('hub', status(403, { 'X-Error-Code': 'GatedRepo' })),
    code: 'gated',
    says: /terms/,
  },
  {
    name: 'a status that means nothing',
    arrange: (hub) => hub.failAlways('hub', status(418)),
    code: 'server-refused',
    says: /418/,
  },
  {
    name: 'a circle of redirects',
    arrange: (hub) => hub.failAlways('hub', status(302, { Location: '/' })),
    code: 'server-refused',
    says: /circles/,
  },
  {
    name: 'wrong bytes',
    arrange: (hub) => hub.failAlways('cdn', { kind: 'flip', at: 200_000 }),
    code: 'wrong-bytes',
    says: /thrown away/,
  },
  {
    name: 'more bytes than announced',
    arrange: (hub) => hub.failAlways('cdn', { kind: 'longer' }),
    code: 'wrong-bytes',
    says: /longer/,
  },
  {
    name: 'a sign-in page instead',
    arrange: (hub) => hub.failAlways('cdn', { kind: 'page' }),
    code: 'network-unreachable',
    says: /web page/,
  },
  {
    name: 'a sign-in page from a mirror without checksums',
    arrange: (hub) => {
      hub.linkedHeaders = false;
      hub.failAlways('cdn', { kind: 'page' });
    },
    code: 'network-unreachable',
    says: /web page/,
  },
  {
    name: 'weights that are none',
    arrange: (hub) => hub.put(TINY, 'model.safetensors', textContent('Git LFS pointer')),
    code: 'unknown-format',
    says: /model\.safetensors/,
  },
  {
    name: 'a configuration of another model',
    arrange: (hub) => hub.put(TINY, 'config.json', textContent('{"model_type":"vit"}'), false),
    code: 'spec-invalid',
    says: /"vit", not a CvT/,
  },
  {
    name: 'a configuration that is not JSON',
    arrange: (hub) => hub.put(TINY, 'config.json', textContent('<html>'), false),
    code: 'spec-unreadable',
    says: /config\.json/,
  },
  {
    name: "no space by the system's word",
    arrange: () => {},
    options: () => ({ freeSpace: async () => 64 * 2 ** 20 + 10_000 }),
    code: 'no-space',
    says: /Make room/,
  },
  {
    name: 'a disk that fills up',
    arrange: () => {},
    options: () => ({ openPart: failingPart('ENOSPC', HALF) }),
    code: 'no-space',
    says: /Make room/,
    kept: 'part',
  },
  {
    name: 'a quota',
    arrange: () => {},
    options: () => ({ openPart: failingPart('EDQUOT', HALF) }),
    code: 'no-space',
    says: /Make room/,
    kept: 'part',
  },
  {
    name: 'a disk that fails',
    arrange: () => {},
    options: () => ({ openPart: failingPart('EIO', HALF) }),
    code: 'unwritable',
    says: /permissions/,
    kept: 'part',
  },
];

/** A file whose disk refuses everything beyond `room` bytes. */
function failingPart(code: string, room: number): OpenPart {
  return async (path) => {
    const part = await openPart(path);
    return {
      ...part,
      async write(bytes, position) {
        // As a disk does it: what fits is written, the rest refused.
        await part.write(bytes.subarray(0, Math.max(0, room - position)), position);
        if (position + bytes.length > room) throw Object.assign(new Error(`${code}: write`), { code });
      },
    };
  };
}

describe('faults that end it', () => {
  test.each(FATAL)('$name', async ({ arrange, options, code, says, kept }) => {
    arrange(bench.hub);
    const library = bench.library(options?.() ?? {});
    const error = await library.pull(TINY).then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) });
    expect((error as Error).message).toContain('cvt-tiny');
    expect((await library.entry(TINY)).state).toMatchObject({ kind: 'error', error: { code } });
    expect(await filesBelow(`${bench.folder}/models`)).toEqual({});
    await expect(library.use(TINY, { signal: new AbortController().signal })).rejects.toMatchObject({
      code: 'not-installed',
    });
    const part = (await filesBelow(bench.folder))['downloads/someone--cvt-tiny/model.safetensors.part'] ?? 0;
    if (kept) expect(part).toBeGreaterThan(0);
    else expect(part).toBe(0);
  });

  test.each(FATAL.filter(({ kept }) => kept))(
    '$name: the next try goes on from there',
    async ({ arrange, options }) => {
      arrange(bench.hub);
      await bench
        .library(options?.() ?? {})
        .pull(TINY)
        .catch(() => {});
      const before = bench.hub.asked('cdn').length;
      bench.hub.fail('cdn');
      bench.hub.failAlways('cdn', null);
      // What is left of the script belongs to the first try.
      const library = bench.library({
        retries: { attempts: 9, firstWaitMs: 1, longestWaitMs: 1, longestRetryAfterMs: 1 },
      });
      await expect(library.pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
      expect(
        bench.hub
          .asked('cdn')
          .slice(before)
          .every(({ range }) => range !== undefined),
      ).toBe(true);
    },
  );
});

describe('a file that changes on the hub', () => {
  const other = bytesContent(new Uint8Array([...TINY_WEIGHTS.read(0, TINY_WEIGHTS.size - 4), 0, 0, 128, 63]));

  test.each([
    ['says so by its checksum', true],
    ['shows only by its ETag', false],
  ])('between two sessions %s: the new one comes, whole', async (_, linked) => {
    bench.hub.linkedHeaders = linked;
    bench.hub.fail('cdn', cut, ...Array.from({ length: 3 }, () => ({ kind: 'reset' }) as const));
    await expect(bench.library().pull(TINY)).rejects.toMatchObject({ code: 'network-unreachable' });
    bench.hub.put(TINY, 'model.safetensors', other);
    const model = await bench.library().pull(TINY);
    expect(model.sha256).toBe(other.sha256);
    expect((await modelBytes(bench.folder))?.equals(other.read(0, other.size))).toBe(true);
  });
});
