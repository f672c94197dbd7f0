import { mkdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bench, openBench, TINY, TINY_WEIGHTS } from '../../hub/library-on-hub.ts';
import { arrived, reaches, running, slow } from './states.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

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
