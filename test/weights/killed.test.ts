import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltProgram, buildProgram } from '../hub/child.ts';
import { type Bench, filesBelow, modelBytes, openBench, TINY, TINY_WEIGHTS } from '../hub/library-on-hub.ts';

const ROUNDS = 20;
const running = new AbortController().signal;

let program: BuiltProgram;
let bench: Bench;
beforeAll(async () => {
  program = await buildProgram('test/hub/pull-program.ts');
}, 60_000);
afterAll(() => program.remove());
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

/** Mulberry32: the same moments in every run, as far as a clock can promise. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a process that is killed', () => {
  test(`${ROUNDS} times at a random moment never leaves a file that counts as complete and is wrong`, async () => {
    const next = random(2103_15808);
    const right = TINY_WEIGHTS.read(0, TINY_WEIGHTS.size);
    const library = bench.library();
    let interrupted = 0;
    let completed = 0;
    for (let round = 0; round < ROUNDS; round++) {
      // Some rounds trickle, so that the kill falls into the transfer; some run free, so that it falls around its end.
      const trickles = next() < 0.6;
      bench.hub.failAlways('cdn', trickles ? { kind: 'slow', chunk: 16_384, pauseMs: 8 } : null);
      const child = program.start([bench.folder, bench.hub.endpoint, TINY]);
      // Where the last kill left all bytes but not the model, it ends without a transfer.
      await Promise.race([child.says(trickles ? 'downloading' : 'queued').catch(() => {}), child.ended]);
      await wait(next() * 220);
      child.process.kill('SIGKILL');
      await child.ended;

      const bytes = await modelBytes(bench.folder);
      if (bytes) expect(bytes.equals(right)).toBe(true);
      const { state } = await library.entry(TINY);
      expect(['available', 'paused', 'installed']).toContain(state.kind);
      if (state.kind === 'paused' && state.received > 0) interrupted++;
      if (state.kind === 'installed') {
        completed++;
        await library.use(TINY, { signal: running });
        await library.remove(TINY);
      }
    }
    bench.hub.failAlways('cdn', null);
    await library.pull(TINY);
    expect((await modelBytes(bench.folder))?.equals(right)).toBe(true);
    expect(Object.keys(await filesBelow(bench.folder)).sort()).toEqual([
      'models/someone--cvt-tiny/manifest.json',
      'models/someone--cvt-tiny/model.safetensors',
    ]);
    // Otherwise the moments would prove nothing.
    expect(interrupted).toBeGreaterThanOrEqual(3);
    expect(completed).toBeGreaterThanOrEqual(1);
  }, 120_000);

  test('holds the folder while it lives, and no longer', async () => {
    bench.hub.fail('cdn', { kind: 'silence', after: 100_000 });
    const child = program.start([bench.folder, bench.hub.endpoint, TINY]);
    await child.says('downloading');
    const library = bench.library();
    await expect(library.pull(TINY)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringContaining(`process ${child.process.pid}`),
    });
    // It says that it downloads before the first byte is on the disk.
    const received = async () => {
      const { state } = await library.entry(TINY);
      return 'received' in state ? state.received : 0;
    };
    await expect.poll(received, { timeout: 10_000 }).toBeGreaterThan(0);
    child.process.kill('SIGKILL');
    await child.ended;
    await expect(library.pull(TINY)).resolves.toMatchObject({ sha256: TINY_WEIGHTS.sha256 });
    expect(bench.hub.asked('cdn').at(-1)?.range).toMatch(/^bytes=[1-9]/);
  });
});
