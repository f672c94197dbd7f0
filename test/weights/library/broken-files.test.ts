import { appendFile, readFile, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench, TINY, TINY_WEIGHTS } from '../../hub/library-on-hub.ts';
import { running, weightsIn } from './states.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

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
