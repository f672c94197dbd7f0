import { Tensor } from 'onnxruntime-common';
import { describe, expect, it } from 'vitest';
import type { StageReport } from '../../renderer/engine/protocol.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { TapStore } from '../../renderer/engine/worker/taps.ts';

/** One stage of one block: 2 tokens, 2 keys, 2 heads of width 1. */
const STAGES: readonly StageReport[] = [
  { grids: { tokens: { rows: 1, cols: 2 }, keys: { rows: 1, cols: 2 }, cls: 0 }, heads: 2, depth: 1 },
];
const DIMS = [2];
/** Q and K: 4 floats each. */
const RUN_BYTES = 32;

/** Taps on a device: their values are only had by reading back. */
function run(q: number[], k: number[]) {
  const seen = { reads: 0, disposed: 0 };
  const tensor = (values: number[]) =>
    Tensor.fromGpuBuffer({} as never, {
      dataType: 'float32',
      dims: [1, 2, 2, 1],
      download: async () => {
        seen.reads += 1;
        return Float32Array.from(values);
      },
      dispose: () => {
        seen.disposed += 1;
      },
    });
  const outputs = new Map([
    ['stage0.block0.q', tensor(q)],
    ['stage0.block0.k', tensor(k)],
  ]);
  return { outputs, seen };
}

const row = (runId: string, head: number | null = 0, query = 0) => ({ runId, stage: 0, block: 0, head, query });

describe('TapStore', () => {
  it('computes a row: softmax of q·Kᵀ over the square root of the whole width', async () => {
    const store = new TapStore(new Mutex());
    const { outputs } = run([1, 0, 2, 0], [3, 1, 0, 1]);
    store.hold('a', outputs, STAGES, DIMS);
    const scale = 2 ** -0.5;
    const first = 1 / (1 + Math.exp((1 - 3) * scale));
    const second = 1 / (1 + Math.exp(2 * scale));
    expect((await store.row(row('a', 0)))[0]).toBeCloseTo(first, 6);
    expect((await store.row(row('a', 1)))[0]).toBeCloseTo(second, 6);
    expect((await store.row(row('a', null)))[0]).toBeCloseTo((first + second) / 2, 6);
  });

  it('reads a block back once, however often it is looked at', async () => {
    const store = new TapStore(new Mutex());
    const { outputs, seen } = run([1, 0, 2, 0], [3, 1, 0, 1]);
    store.hold('a', outputs, STAGES, DIMS);
    expect(seen.reads).toBe(0);
    await Promise.all([store.row(row('a', 0)), store.row(row('a', 1)), store.row(row('a', 0, 1))]);
    expect(seen.reads).toBe(2);
  });

  it('lets the least recently used run go when the budget is spent, and frees it on the device', async () => {
    const mutex = new Mutex();
    const store = new TapStore(mutex, 2 * RUN_BYTES);
    const runs = ['a', 'b', 'c'].map((id) => ({ id, ...run([1, 0, 2, 0], [3, 1, 0, 1]) }));
    store.hold('a', runs[0]!.outputs, STAGES, DIMS);
    store.hold('b', runs[1]!.outputs, STAGES, DIMS);
    await store.row(row('a'));
    store.hold('c', runs[2]!.outputs, STAGES, DIMS);
    await expect(store.row(row('b'))).rejects.toMatchObject({ code: 'taps-released' });
    expect(runs[1]!.seen).toEqual({ reads: 0, disposed: 2 });
    expect(await store.row(row('a'))).toHaveLength(2);
    expect(await store.row(row('c'))).toHaveLength(2);
  });

  it('holds the latest run even where it alone is over the budget', async () => {
    const store = new TapStore(new Mutex(), 1);
    store.hold('a', run([1, 0, 2, 0], [3, 1, 0, 1]).outputs, STAGES, DIMS);
    expect(await store.row(row('a'))).toHaveLength(2);
  });

  it('releases a run whose read was still waiting for its turn', async () => {
    const mutex = new Mutex();
    const store = new TapStore(mutex, RUN_BYTES);
    const first = run([1, 0, 2, 0], [3, 1, 0, 1]);
    store.hold('a', first.outputs, STAGES, DIMS);
    let proceed = () => {};
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const busy = mutex.run(() => gate);
    const waiting = store.row(row('a'));
    store.hold('b', run([1, 0, 2, 0], [3, 1, 0, 1]).outputs, STAGES, DIMS);
    proceed();
    await busy;
    await expect(waiting).rejects.toMatchObject({ code: 'taps-released' });
    expect(first.seen.reads).toBe(0);
  });

  it.each([{ stage: 1 }, { block: 1 }, { head: 2 }, { query: 2 }])('refuses %o', async (wrong) => {
    const store = new TapStore(new Mutex());
    store.hold('a', run([1, 0, 2, 0], [3, 1, 0, 1]).outputs, STAGES, DIMS);
    await expect(store.row({ ...row('a'), ...wrong })).rejects.toMatchObject({ code: 'engine-bad-request' });
  });
});
