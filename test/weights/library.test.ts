import { appendFile, mkdir, readFile, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Library } from '../../electron/weights/library.ts';
import type { LibraryEvent } from '../../electron/weights/library-event.ts';
import { CATALOG } from '../../models/catalog.ts';
import type { ModelState } from '../../renderer/shell/library-entry.ts';
import { fixtureBytes } from '../formats/sources.ts';
import { bytesContent } from '../hub/contents.ts';
import { type Bench, filesBelow, modelBytes, openBench, TINY, TINY_WEIGHTS } from '../hub/library-on-hub.ts';

const running = new AbortController().signal;
const slow = { kind: 'slow', chunk: 8_192, pauseMs: 5 } as const;

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

/** Resolves at the first state of `id` that `wanted` accepts. */
function reaches(library: Library, id: string, wanted: (state: ModelState) => boolean): Promise<ModelState> {
  return new Promise((resolve) => {
    const stop = library.subscribe((event) => {
      if (event.kind !== 'entry' || event.entry.id !== id || !wanted(event.entry.state)) return;
      stop();
      resolve(event.entry.state);
    });
  });
}

const arrived = (state: ModelState) => state.kind === 'downloading' && state.received > 0;
const weightsIn = (folder: string) => join(folder, 'models', 'someone--cvt-tiny', 'model.safetensors');

describe('list', () => {
  test('offers the catalog, writes nothing', async () => {
    const entries = await bench.library().list();
    expect(entries.map(({ id, kind, state }) => [id, kind, state])).toEqual(
      CATALOG.map(({ id }) => [id, 'catalog', { kind: 'available', cached: false }]),
    );
    expect(entries[0]).toMatchObject({ size: 80.2e6, facts: { parameters: 19_997_480, numClasses: 1000 } });
    await expect(stat(bench.folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('tells of a repository what its configuration and its weights say', async () => {
    const library = bench.library();
    await library.pull(TINY);
    expect((await library.list()).at(-1)).toMatchObject({
      id: TINY,
      kind: 'repository',
      size: TINY_WEIGHTS.size,
      facts: { variant: null, numClasses: 10, preprocessing: { height: 224 } },
      state: { kind: 'installed', place: 'library', path: weightsIn(bench.folder) },
    });
    const model = await library.use(TINY, { signal: running });
    expect(model.labels).toEqual(Array.from({ length: 10 }, (_, index) => `label ${index}`));
    expect(model.spec.stages.map(({ depth }) => depth)).toEqual([1, 1, 2]);
  });

  test.each(['nonsense', '../..', 'a/../b', 'a/b/c', 'a/b@', 'a/b@../x', 'a--b/c', '', '/etc', 'a\\b/c'])(
    'refuses %j as an id',
    async (id) => {
      await expect(bench.library().pull(id)).rejects.toMatchObject({ code: 'unknown-model' });
    },
  );
});

describe('a download', () => {
  test('tells of queue, progress, speed and end', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const states: ModelState[] = [];
    library.subscribe((event) => event.kind === 'entry' && states.push(event.entry.state));
    await library.pull(TINY);
    await expect.poll(() => states.at(-1)?.kind).toBe('installed');
    expect(states[0]?.kind).toBe('queued');
    const moving = states.filter((state) => state.kind === 'downloading');
    expect(moving.length).toBeGreaterThanOrEqual(2);
    expect(moving.every(({ total }) => total === TINY_WEIGHTS.size)).toBe(true);
    const received = moving.map((state) => state.received);
    expect(received).toEqual([...received].sort((a, b) => a - b));
  });

  test('does not know the total where the hub does not', async () => {
    bench.hub.linkedHeaders = false;
    bench.hub.fail('cdn', { kind: 'no-length' });
    const library = bench.library();
    const first = reaches(library, TINY, (state) => state.kind === 'downloading');
    await library.pull(TINY);
    expect(await first).toMatchObject({ total: null, secondsLeft: null });
  });

  test('is paused, kept, and goes on in another session after the hub was away', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const begun = reaches(library, TINY, arrived);
    const pulling = library.pull(TINY).catch((error: unknown) => error);
    await begun;
    await library.pause(TINY);
    expect(await pulling).toMatchObject({ code: 'cancelled' });
    const { state } = await library.entry(TINY);
    expect(state).toMatchObject({ kind: 'paused', total: TINY_WEIGHTS.size });
    expect((await filesBelow(bench.folder))['downloads/someone--cvt-tiny/model.safetensors.part']).toBe(
      state.kind === 'paused' && state.received,
    );

    await bench.hub.stop();
    await expect(bench.library().pull(TINY)).rejects.toMatchObject({ code: 'network-unreachable' });
    await bench.hub.restart();
    const other = bench.library();
    expect((await other.entry(TINY)).state).toEqual(state);
    await other.pull(TINY);
    expect(bench.hub.asked('cdn').at(-1)).toMatchObject({
      range: `bytes=${state.kind === 'paused' && state.received}-`,
      ifRange: `"${TINY_WEIGHTS.sha256.slice(0, 32)}"`,
    });
    expect((await modelBytes(bench.folder))?.equals(TINY_WEIGHTS.read(0, TINY_WEIGHTS.size))).toBe(true);
  });

  test('that is paused and begun again at once goes on', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const begun = reaches(library, TINY, arrived);
    library.download(TINY);
    await begun;
    const paused = library.pause(TINY);
    await expect(library.pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
    await paused;
  });

  test('a part that rotted meanwhile is noticed and fetched anew', async () => {
    bench.hub.fail('cdn', { kind: 'cut', after: 200_000 }, { kind: 'reset' }, { kind: 'reset' }, { kind: 'reset' });
    await expect(bench.library().pull(TINY)).rejects.toMatchObject({ code: 'network-unreachable' });
    const part = join(bench.folder, 'downloads', 'someone--cvt-tiny', 'model.safetensors.part');
    const bytes = await readFile(part);
    bytes[1000] = bytes[1000]! ^ 1;
    await writeFile(part, bytes);
    await expect(bench.library().pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
    expect((await modelBytes(bench.folder))?.equals(TINY_WEIGHTS.read(0, TINY_WEIGHTS.size))).toBe(true);
  });

  test('is cancelled without a trace', async () => {
    bench.hub.fail('cdn', slow);
    const library = bench.library();
    const begun = reaches(library, TINY, arrived);
    library.download(TINY);
    await begun;
    const gone = new Promise<LibraryEvent>((resolve) => {
      library.subscribe((event) => event.kind === 'gone' && resolve(event));
    });
    await library.cancel(TINY);
    expect(await filesBelow(bench.folder)).toEqual({});
    expect((await library.list()).map(({ id }) => id)).not.toContain(TINY);
    expect(await gone).toEqual({ kind: 'gone', id: TINY });
  });

  test('waits while two others run, and can be paused while it waits', async () => {
    const ids = ['a/one', 'a/two', 'a/three'];
    for (const id of ids) {
      bench.hub.put(id, 'config.json', bytesContent(fixtureBytes('hf-config.json')), false);
      bench.hub.put(id, 'model.safetensors', TINY_WEIGHTS);
    }
    bench.hub.failAlways('cdn', slow);
    const library = bench.library();
    const [one, two] = ids.map((id) => reaches(library, id, arrived));
    const third = library.pull('a/three').catch((error: unknown) => error);
    // The third came first; it runs with the first, and the second has to wait.
    const pulled = ids.slice(0, 2).map((id) => library.pull(id));
    await one;
    expect((await library.entry('a/two')).state.kind).toBe('queued');
    await library.pause('a/three');
    expect(await third).toMatchObject({ code: 'cancelled' });
    await two;
    bench.hub.failAlways('cdn', null);
    await Promise.all(pulled);
    expect((await library.list()).filter(({ state }) => state.kind === 'installed').map(({ id }) => id)).toEqual([
      'a/one',
      'a/two',
    ]);
  });

  test('asked for twice is one', async () => {
    const library = bench.library();
    const [first, second] = await Promise.all([library.pull(TINY), library.pull(TINY)]);
    expect(first).toEqual(second);
    await library.pull(TINY);
    expect(bench.hub.asked('cdn')).toHaveLength(1);
  });

  test('takes pytorch_model.bin where there is nothing better', async () => {
    bench.hub.drop(TINY, 'model.safetensors');
    bench.hub.put(TINY, 'pytorch_model.bin', bytesContent(fixtureBytes('hf-pytorch_model.bin')));
    expect((await bench.library().pull(TINY)).path).toMatch(/pytorch_model\.bin$/);
    expect(Object.keys(await filesBelow(bench.folder)).sort()).toEqual([
      'models/someone--cvt-tiny/manifest.json',
      'models/someone--cvt-tiny/pytorch_model.bin',
    ]);
  });

  test('of a revision is a model of its own', async () => {
    const library = bench.library();
    const model = await library.pull(`${TINY}@refs/pr/1`);
    expect(model.id).toBe(`${TINY}@refs/pr/1`);
    expect((await library.list()).map(({ id }) => id)).toContain(`${TINY}@refs/pr/1`);
  });

  test('gives the token to the hub and to nobody else', async () => {
    const library = bench.library({ address: { endpoint: bench.hub.endpoint, token: 'hf_secret' } });
    await library.pull(TINY);
    expect(bench.hub.asked('hub').map(({ authorization }) => authorization)).toEqual(['Bearer hf_secret']);
    expect(bench.hub.asked('cdn').map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('of an official file refuses another one than the published', async () => {
    const pinned = CATALOG.find(({ file }) => file.sha256 !== null)!;
    bench.hub.put(pinned.file.repository, pinned.file.path, TINY_WEIGHTS);
    await expect(bench.library().pull(pinned.id)).rejects.toMatchObject({ code: 'changed-on-server' });
    bench.hub.linkedHeaders = false;
    await expect(bench.library().pull(pinned.id)).rejects.toMatchObject({ code: 'wrong-bytes' });
    expect(await filesBelow(join(bench.folder, 'models'))).toEqual({});
  });
});

describe('a file that is no longer what it was', () => {
  const damages: readonly (readonly [string, (path: string) => Promise<void>, 'at once' | 'by its checksum'])[] = [
    ['is shorter', (path) => truncate(path, 1000), 'at once'],
    ['is longer', (path) => appendFile(path, 'x'), 'at once'],
    [
      'has another byte, and the same time',
      async (path) => {
        const { atime, mtime } = await stat(path);
        const bytes = await readFile(path);
        bytes[300_000] = bytes[300_000]! ^ 4;
        await writeFile(path, bytes);
        await utimes(path, atime, mtime);
      },
      'by its checksum',
    ],
  ];

  test.each(damages)('%s: never used, named broken, and replaced by the next pull', async (_, damage, found) => {
    await bench.library().pull(TINY);
    await damage(weightsIn(bench.folder));
    const library = bench.library();
    if (found === 'at once') expect((await library.entry(TINY)).state.kind).toBe('broken');
    await expect(library.use(TINY, { signal: running })).rejects.toMatchObject({ code: 'stored-file-broken' });
    expect((await library.entry(TINY)).state).toMatchObject({ kind: 'broken', error: { code: 'stored-file-broken' } });
    await library.pull(TINY);
    await expect(library.use(TINY, { signal: running })).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
  });

  test.each(['{', '{}', '{"version":2}'])('its manifest is %j', async (text) => {
    await bench.library().pull(TINY);
    await writeFile(join(dirname(weightsIn(bench.folder)), 'manifest.json'), text);
    const library = bench.library();
    expect((await library.list()).find(({ id }) => id === TINY)?.state.kind).toBe('broken');
    await expect(library.pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
  });

  test('is read once, not at every use', async () => {
    await bench.library().pull(TINY);
    const library = bench.library();
    const read: number[] = [];
    for (let use = 0; use < 3; use++) await library.use(TINY, { signal: running, progress: (done) => read.push(done) });
    expect(read).toEqual([TINY_WEIGHTS.size]);
  });
});

describe('remove', () => {
  test('deletes the model and what it took up', async () => {
    const library = bench.library();
    await library.pull(TINY);
    expect(await library.totalSize()).toBeGreaterThan(TINY_WEIGHTS.size);
    await library.remove(TINY);
    expect(await library.totalSize()).toBe(0);
    await expect(library.remove(TINY)).rejects.toMatchObject({ code: 'not-installed' });
    expect(await filesBelow(bench.folder)).toEqual({});
  });
});

describe('the Hugging Face cache', () => {
  const COMMIT = '89abcdef89abcdef89abcdef89abcdef89abcdef';

  async function cacheWith(weights: Uint8Array, name = TINY_WEIGHTS.sha256): Promise<string> {
    const cache = join(bench.folder, '..', 'hub');
    const folder = join(cache, 'models--someone--cvt-tiny');
    const snapshot = join(folder, 'snapshots', COMMIT);
    for (const each of [join(folder, 'blobs'), join(folder, 'refs'), snapshot]) await mkdir(each, { recursive: true });
    await writeFile(join(folder, 'refs', 'main'), COMMIT);
    await writeFile(join(folder, 'blobs', name), weights);
    await writeFile(join(snapshot, 'config.json'), fixtureBytes('hf-config.json'));
    await symlink(join('..', '..', 'blobs', name), join(snapshot, 'model.safetensors'));
    return cache;
  }

  test('is used where it lies, without a request, and never deleted from', async () => {
    const cache = await cacheWith(TINY_WEIGHTS.read(0, TINY_WEIGHTS.size));
    const before = await filesBelow(cache);
    const library = bench.library({ cache });
    expect((await library.entry(TINY)).state).toEqual({ kind: 'available', cached: true });
    const model = await library.use(TINY, { signal: running });
    expect(model.path.startsWith(cache)).toBe(true);
    expect((await library.entry(TINY)).state).toMatchObject({
      kind: 'installed',
      place: 'huggingface-cache',
      checkedAgainst: 'cache',
    });
    await library.remove(TINY);
    expect(await filesBelow(cache)).toEqual(before);
    expect(bench.hub.seen).toEqual([]);
  });

  test('is passed over where its file is not what its name says', async () => {
    const bytes = new Uint8Array(TINY_WEIGHTS.read(0, TINY_WEIGHTS.size));
    bytes[300_000] = bytes[300_000]! ^ 1;
    const model = await bench.library({ cache: await cacheWith(bytes) }).pull(TINY);
    expect(model.path).toBe(weightsIn(bench.folder));
  });
});

describe('moving the folder', () => {
  let saved: string[];
  const moving = () => bench.library({ saveFolder: async (folder) => void saved.push(folder) });
  beforeEach(() => {
    saved = [];
  });

  test('copies, switches over, removes the old one; models and half downloads go along', async () => {
    const library = moving();
    await library.pull(TINY);
    bench.hub.put('a/half', 'config.json', bytesContent(fixtureBytes('hf-config.json')), false);
    bench.hub.put('a/half', 'model.safetensors', TINY_WEIGHTS);
    bench.hub.fail('cdn', { kind: 'cut', after: 200_000 }, { kind: 'reset' }, { kind: 'reset' }, { kind: 'reset' });
    await library.pull('a/half').catch(() => {});
    const before = await filesBelow(bench.folder);
    const target = join(bench.folder, '..', 'elsewhere', 'weights');
    const progress: LibraryEvent[] = [];
    library.subscribe((event) => event.kind === 'moving' && progress.push(event));
    await library.moveTo(target, running);
    expect(saved).toEqual([target]);
    expect(library.folder).toBe(target);
    expect(await filesBelow(target)).toEqual(before);
    await expect(stat(bench.folder)).rejects.toMatchObject({ code: 'ENOENT' });
    const last = progress.at(-1);
    expect(last?.kind === 'moving' && last.done === last.total).toBe(true);
    await expect(library.use(TINY, { signal: running })).resolves.toMatchObject({ path: weightsIn(target) });
    const asked = bench.hub.asked('cdn').length;
    await library.pull('a/half');
    expect(bench.hub.asked('cdn')[asked]?.range).toMatch(/^bytes=[1-9]/);
  });

  test('can be cancelled and leaves all as it was', async () => {
    const library = moving();
    await library.pull(TINY);
    const before = await filesBelow(bench.folder);
    const target = join(bench.folder, '..', 'elsewhere');
    const stop = new AbortController();
    library.subscribe((event) => event.kind === 'moving' && stop.abort());
    await expect(library.moveTo(target, stop.signal)).rejects.toMatchObject({ code: 'cancelled' });
    expect(await filesBelow(bench.folder)).toEqual(before);
    expect(await filesBelow(target)).toEqual({});
    expect(saved).toEqual([]);
    await library.moveTo(target, running);
    expect(await filesBelow(target)).toEqual(before);
  });

  test.each([
    ['a folder with something in it', 'full', 'folder-not-empty'],
    ['a folder inside itself', 'weights/inside', 'folder-not-empty'],
    ['the folder above', '.', 'folder-not-empty'],
    ['itself', 'weights', 'folder-not-empty'],
  ])('refuses %s', async (_, name, code) => {
    const library = moving();
    await library.pull(TINY);
    const root = join(bench.folder, '..');
    await mkdir(join(root, 'full'));
    await writeFile(join(root, 'full', 'letter.txt'), 'dear');
    const target = join(root, name);
    const before = await filesBelow(bench.folder);
    await expect(library.moveTo(target, running)).rejects.toMatchObject({ code });
    expect(await filesBelow(bench.folder)).toEqual(before);
    expect(await readFile(join(root, 'full', 'letter.txt'), 'utf8')).toBe('dear');
  });

  test('waits for no download, and no download for it', async () => {
    bench.hub.fail('cdn', slow);
    const library = moving();
    const begun = reaches(library, TINY, arrived);
    library.download(TINY);
    await begun;
    await expect(library.moveTo(join(bench.folder, '..', 'other'), running)).rejects.toMatchObject({ code: 'busy' });
  });
});

describe('two libraries on one folder', () => {
  test('the second is told that the first is at work, then may', async () => {
    bench.hub.fail('cdn', slow);
    const first = bench.library();
    const second = bench.library();
    const begun = reaches(first, TINY, arrived);
    const pulling = first.pull(TINY);
    await begun;
    await expect(second.pull(TINY)).rejects.toMatchObject({ code: 'locked' });
    await expect(second.cancel(TINY)).rejects.toMatchObject({ code: 'locked' });
    await pulling;
    await expect(second.use(TINY, { signal: running })).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
    await second.remove(TINY);
  });

  test.each([
    ['a dead process', { pid: 2 ** 22 + 1, here: true }, 0, 'resolves'],
    ['an earlier process of our own number', { pid: process.pid, here: true }, 0, 'resolves'],
    ['a process on another machine, just now', { pid: 1, here: false }, 0, 'rejects'],
    ['a process on another machine, long ago', { pid: 1, here: false }, 600, 'resolves'],
    ['nobody who can be read, just now', null, 0, 'rejects'],
    ['nobody who can be read, long ago', null, 600, 'resolves'],
  ] as const)('a lock of %s', async (_, holder, ageSeconds, outcome) => {
    const { hostname } = await import('node:os');
    await mkdir(bench.folder, { recursive: true });
    const lock = join(bench.folder, '.lock');
    const host = holder?.here ? hostname() : 'elsewhere';
    await writeFile(lock, holder ? JSON.stringify({ pid: holder.pid, host, token: 'old' }) : '');
    const then = new Date(Date.now() - ageSeconds * 1000);
    await utimes(lock, then, then);
    const pulled = bench.library().pull(TINY);
    if (outcome === 'resolves') {
      await expect(pulled).resolves.toMatchObject({ id: TINY });
      await expect(stat(lock)).rejects.toMatchObject({ code: 'ENOENT' });
    } else {
      await expect(pulled).rejects.toMatchObject({ code: 'locked' });
    }
  });
});
