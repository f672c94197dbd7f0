import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { LibraryEvent } from '../../../electron/weights/library-event.ts';
import { fixtureBytes } from '../../formats/sources.ts';
import { bytesContent } from '../../hub/contents.ts';
import { type Bench, filesBelow, openBench, TINY, TINY_WEIGHTS } from '../../hub/library-on-hub.ts';
import { arrived, reaches, running, slow, weightsIn } from './states.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

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
