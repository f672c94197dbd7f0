import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CATALOG } from '../../../models/catalog.ts';
import { fixtureBytes } from '../../formats/sources.ts';
import { type Bench, filesBelow, openBench, TINY, TINY_WEIGHTS } from '../../hub/library-on-hub.ts';
import { running, weightsIn } from './states.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

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
