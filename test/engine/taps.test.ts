import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { AttentionSessions } from '../../models/attention/attention-sessions.ts';
import { CheckpointWeights } from '../../models/cvt/checkpoint-weights.ts';
import { FINAL_TAP } from '../../models/onnx/tap-names.ts';
import { compileAttention } from '../../renderer/engine/worker/attention-session.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { REFERENCE_SIZE, referenceCheckpoint } from '../../renderer/engine/worker/reference-model.ts';
import { TapStore } from '../../renderer/engine/worker/taps.ts';

ort.env.wasm.numThreads = 1;

/** Blocks, heads, queries, keys and width of the reference network at 64×64: stages of 16², 8² and 4² tokens. */
const STAGES = [
  { depth: 1, heads: 1, queries: 256, keys: 64, width: 16 },
  { depth: 1, heads: 2, queries: 64, keys: 16, width: 32 },
  { depth: 2, heads: 3, queries: 17, keys: 5, width: 48 },
] as const;
const ONE = { runId: 'a', stage: 1, block: 0 };
const INPUT = { rows: REFERENCE_SIZE.height, cols: REFERENCE_SIZE.width };
const { checkpoint } = referenceCheckpoint();
const NETWORK = { release: async () => {} };

/** Taps on a device: their values are only had by reading back. `seen` says of which. */
function run(valueAt = (at: number) => Math.sin(at * 0.37)) {
  const seen = { reads: [] as string[], disposed: 0 };
  const outputs = new Map<string, ort.Tensor>();
  const add = (name: string, dims: readonly number[]) => {
    const size = dims.reduce((product, side) => product * side, 1);
    const tensor = ort.Tensor.fromGpuBuffer({} as never, {
      dataType: 'float32',
      dims: [...dims],
      download: async () => {
        seen.reads.push(name);
        return Float32Array.from({ length: size }, (_, at) => valueAt(at + name.length));
      },
      dispose: () => {
        seen.disposed += 1;
      },
    });
    outputs.set(name, tensor);
  };
  for (const [stage, { depth, heads, queries, keys, width }] of STAGES.entries())
    for (let block = 0; block < depth; block++) {
      const prefix = `stage${stage}.block${block}`;
      const headDim = width / heads;
      add(`${prefix}.q`, [1, heads, queries, headDim]);
      add(`${prefix}.k`, [1, heads, keys, headDim]);
      add(`${prefix}.tokens`, [1, queries, width]);
      if (stage < 2) continue;
      add(`${prefix}.v`, [1, heads, keys, headDim]);
      add(`${prefix}.mlp`, [1, 1, width]);
    }
  add(FINAL_TAP, [1, 1, 48]);
  const bytes = [...outputs.values()].reduce((sum, { size }) => sum + size * 4, 0);
  return { outputs, seen, bytes };
}

const { bytes: RUN_BYTES } = run();

function facts() {
  return { network: NETWORK, weights: new CheckpointWeights(checkpoint), input: INPUT, logits: new Float32Array(10) };
}

function store(budget?: number, mutex = new Mutex()) {
  const sessions = new AttentionSessions((graph) => compileAttention({ ort, gpu: null, mutex }, graph), 1e9);
  return new TapStore(mutex, sessions, budget);
}

const row = (taps: TapStore, runId: string, query = 0) => taps.of(runId).row(ONE.stage, ONE.block, null, query);

describe('TapStore', () => {
  it('reads back what is looked at and nothing else, once', async () => {
    const taps = store();
    const { outputs, seen } = run();
    taps.hold('a', outputs, facts());
    expect(seen.reads).toEqual([]);
    await Promise.all([row(taps, 'a'), row(taps, 'a', 5), row(taps, 'a')]);
    expect(seen.reads).toEqual(['stage1.block0.q', 'stage1.block0.k']);
    await taps.of('a').projection(2, 1);
    expect(seen.reads.slice(2)).toEqual(['stage2.block1.tokens']);
    await taps.of('a').stageRows(2, 0);
    expect(seen.reads.slice(3).toSorted()).toEqual([
      'stage2.block0.k',
      'stage2.block0.q',
      'stage2.block1.k',
      'stage2.block1.q',
    ]);
  });

  it('walks through a block for its first column only', async () => {
    const mutex = new Mutex();
    let runs = 0;
    const sessions = new AttentionSessions(async (graph) => {
      const session = await compileAttention({ ort, gpu: null, mutex }, graph);
      const counted: typeof session.run = (...given) => {
        runs += 1;
        return session.run(...given);
      };
      return { ...session, run: counted };
    }, 1e9);
    const taps = new TapStore(mutex, sessions);
    taps.hold('a', run().outputs, facts());
    // Their values must be in memory: there is no device to feed them from.
    await row(taps, 'a');
    const columns = await Promise.all([0, 3, 15].map((key) => taps.of('a').column(1, 0, 1, key)));
    expect(runs).toBe(1);
    const rows = await Promise.all(Array.from({ length: 64 }, (_, query) => taps.of('a').row(1, 0, 1, query)));
    for (const [query, each] of rows.entries()) expect(columns[1]![query]).toBeCloseTo(each[3]!, 5);
  });

  it('lets the least recently used run go when the budget is spent, and frees all of it on the device', async () => {
    const taps = store(2 * RUN_BYTES);
    const runs = ['a', 'b', 'c'].map((id) => ({ id, ...run() }));
    taps.hold('a', runs[0]!.outputs, facts());
    taps.hold('b', runs[1]!.outputs, facts());
    await row(taps, 'a');
    taps.hold('c', runs[2]!.outputs, facts());
    expect(() => taps.of('b')).toThrow(expect.objectContaining({ code: 'taps-released' }));
    expect(await row(taps, 'a')).toHaveLength(16);
    expect(await row(taps, 'c')).toHaveLength(16);
    expect(runs[1]!.seen).toEqual({ reads: [], disposed: runs[1]!.outputs.size });
  });

  it('counts what was read back as what it was on the device', async () => {
    const taps = store(2 * RUN_BYTES - 1);
    taps.hold('a', run().outputs, facts());
    await row(taps, 'a');
    taps.hold('b', run().outputs, facts());
    expect(() => taps.of('a')).toThrow(expect.objectContaining({ code: 'taps-released' }));
  });

  it('brings all that a network left on the device into memory before it is released, and nothing of others', async () => {
    const taps = store();
    const runs = ['a', 'b', 'c'].map((id) => ({ id, ...run() }));
    taps.hold('a', runs[0]!.outputs, facts());
    taps.hold('b', runs[1]!.outputs, { ...facts(), network: { release: async () => {} } });
    taps.hold('c', runs[2]!.outputs, facts());
    const before = await row(taps, 'a');
    await taps.detach(NETWORK);
    for (const { seen, outputs } of [runs[0]!, runs[2]!]) {
      expect(seen.reads.toSorted()).toEqual([...outputs.keys()].toSorted());
      expect(seen.disposed).toBe(outputs.size);
    }
    expect(runs[1]!.seen).toEqual({ reads: [], disposed: 0 });
    expect(await row(taps, 'a')).toEqual(before);
  });

  it('holds the latest run even where it alone is over the budget', async () => {
    const taps = store(1);
    taps.hold('a', run().outputs, facts());
    expect(await row(taps, 'a')).toHaveLength(16);
  });

  it.each([
    ['a row', (taps: TapStore) => row(taps, 'a')],
    ['a study', (taps: TapStore) => taps.of('a').statistics(1)],
  ])('releases a run while %s still waits for its turn', async (_, ask) => {
    const mutex = new Mutex();
    const taps = store(RUN_BYTES, mutex);
    const first = run();
    taps.hold('a', first.outputs, facts());
    let proceed = () => {};
    const gate = new Promise<void>((resolve) => {
      proceed = resolve;
    });
    const busy = mutex.run(() => gate);
    const waiting = ask(taps);
    taps.hold('b', run().outputs, facts());
    proceed();
    await busy;
    await expect(waiting).rejects.toMatchObject({ code: 'taps-released' });
    expect(first.seen.reads).toEqual([]);
  });

  it('ends a study between two blocks once it is withdrawn', async () => {
    const taps = store();
    taps.hold('a', run().outputs, facts());
    await taps.of('a').stageRows(2, 0);
    const controller = new AbortController();
    const steps: number[] = [];
    const onStep = (done: number) => {
      steps.push(done);
      if (done === 1) controller.abort();
    };
    await expect(taps.of('a').statistics(2, { signal: controller.signal, onStep })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(steps).toEqual([0, 1]);
  });

  it('answers every question about numbers that are none, with such numbers', async () => {
    const taps = store();
    taps.hold('a', run(() => Number.NaN).outputs, facts());
    const studies = taps.of('a');
    const rows = [await studies.stageRows(0, 0), await studies.stageRows(1, 0), await studies.stageRows(2, 0)];
    const answers = [
      ...rows,
      await studies.column(2, 0, null, 0),
      ...(await studies.statistics(0)).flatMap((each) => Object.values<Float32Array>({ ...each })),
      (await studies.rollout({ kind: 'answer' }, 'weighted')).pixels,
      (await studies.attribution([0]))[0]!.keys,
      (await studies.projection(2, 0)).before.norms,
    ];
    for (const values of answers) expect([...values].every(Number.isNaN)).toBe(true);
  });
});
