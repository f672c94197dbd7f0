import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { LanePool } from '../../electron/inference/lanes/lane-pool.ts';
import { orderFor } from '../../electron/inference/lanes/load-in-lanes.ts';
import type { LaneOrder } from '../../electron/inference/lanes/protocol.ts';
import { type ModelParts, openPrepared, prepareModel } from '../../electron/inference/load-model.ts';
import { ort } from '../../electron/inference/runtime.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import { REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';
import { formulaInput } from '../golden/formula-weights.ts';
import { type BuiltProgram, buildProgram } from '../hub/child.ts';

// As many as the lanes have: how a product is shared out shows in its last bits.
ort.env.wasm.numThreads = 1;

const running = new AbortController().signal;
const CLASSES = 10;
const SIDE = 64;

let folder: string;
let checkpoint: string;
let built: BuiltProgram;
let lane: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-lanes-'));
  vi.stubEnv('CVT_LENS_HOME', join(folder, 'home'));
  checkpoint = join(folder, 'tiny.safetensors');
  built = await buildProgram('electron/inference/lanes/lane.ts');
  lane = join(built.dir, 'program.mjs');
}, 60_000);
beforeEach(() => writeFile(checkpoint, formulaCheckpoint(REFERENCE_SPEC, CLASSES, 1)));
afterAll(async () => {
  vi.unstubAllEnvs();
  await built?.remove();
  await rm(folder, { recursive: true });
});

const prepare = (parts: Partial<ModelParts> = {}) =>
  prepareModel(checkpoint, {
    id: 'tiny',
    spec: REFERENCE_SPEC,
    activation: 'quick_gelu',
    labels: [],
    preprocessing: cropSquare(SIDE),
    signal: running,
    ...parts,
  });

const inputs = (count: number, batch: number): readonly Float32Array[] =>
  Array.from({ length: count }, (_, seed) =>
    formulaInput([batch, 3, SIDE, SIDE], 1).map((value) => value * (1 + seed / 8)),
  );

describe('a model in lanes', () => {
  test.each<[what: string, parts: Partial<ModelParts>]>([
    ['one at a time', {}],
    ['in batches', { batch: 3 }],
    ['in 8 bits, from memory that the lanes share', { precision: 'int8' }],
  ])('answers to the bit what one session answers: %s', async (_, parts) => {
    const prepared = await prepare(parts);
    const asked = inputs(7, parts.batch ?? 1);
    const one = await openPrepared(prepared);
    const expected: Float32Array[] = [];
    for (const input of asked) expected.push(await one.logits(input));
    await one.close();
    expect(expected[0]).toHaveLength(CLASSES * (parts.batch ?? 1));
    expect(expected[0]).not.toEqual(expected[6]);
    const order = orderFor(prepared, 1);
    expect(order.weights.kind).toBe(parts.precision === 'int8' ? 'memory' : 'file');
    const pool = await LanePool.open(lane, order, 3, running);
    try {
      expect(await Promise.all(asked.map((input) => pool.run(input)))).toEqual(expected);
    } finally {
      await pool.close();
    }
  });

  test('answers nearly the same with more threads', async () => {
    const prepared = await prepare();
    const [input] = inputs(1, 1);
    const one = await openPrepared(prepared);
    const pool = await LanePool.open(lane, orderFor(prepared, 2), 1, running);
    const [own, other] = [await one.logits(input!), await pool.run(input!)];
    for (const [index, value] of other.entries()) expect(Math.abs(value - own[index]!)).toBeLessThan(1e-5);
    await Promise.all([pool.close(), one.close()]);
  });

  test('says of a checkpoint that changed meanwhile what one session says', async () => {
    const prepared = await prepare();
    await utimes(checkpoint, new Date(0), new Date(0));
    const alone: unknown = await openPrepared(prepared).catch((error: unknown) => error);
    expect(alone).toMatchObject({ name: 'CheckpointError', code: 'unreadable' });
    const { name, code, message } = alone as Error & { code: string };
    await expect(LanePool.open(lane, orderFor(prepared, 1), 2, running)).rejects.toMatchObject({ name, code, message });
  });

  test('gives the error of an input to whoever asked, and goes on', async () => {
    const prepared = await prepare();
    const pool = await LanePool.open(lane, orderFor(prepared, 1), 1, running);
    const [input] = inputs(1, 1);
    await expect(pool.run(new Float32Array(5))).rejects.toMatchObject({ code: 'engine-unexpected' });
    expect(await pool.run(input!)).toHaveLength(CLASSES);
    await pool.close();
    await expect(pool.run(input!)).rejects.toMatchObject({ code: 'engine-closed' });
  });
});

describe('a pool', () => {
  const ORDER: LaneOrder = {
    threads: 1,
    shape: [1, 3, 1, 1],
    model: new Uint8Array(),
    usesExternalData: false,
    weights: { kind: 'memory', bytes: new Uint8Array() },
    precision: 'fp32',
  };

  /** A lane that says `ready` and does this with each input. */
  async function laneThat(does: string): Promise<string> {
    const path = join(await mkdtemp(join(folder, 'lane-')), 'lane.mjs');
    const head = "import { parentPort, threadId, workerData } from 'node:worker_threads';";
    await writeFile(
      path,
      `${head}\nparentPort.on('message', (input) => {\n${does}\n});\nparentPort.postMessage({ kind: 'ready' });\n`,
    );
    return path;
  }

  const ANSWER = "parentPort.postMessage({ kind: 'logits', logits: Float32Array.of(input[0], threadId) });";

  test('hands each input to a lane that is free', async () => {
    const bytes = new Uint8Array(new SharedArrayBuffer(1));
    const program = await laneThat(`
      const answer = () => { ${ANSWER} };
      const wait = () => workerData.weights.bytes[0] === 0 ? setTimeout(wait, 1) : answer();
      if (input[0] === 0) wait(); else answer();
    `);
    const pool = await LanePool.open(program, { ...ORDER, weights: { kind: 'memory', bytes } }, 2, running);
    const slow = pool.run(Float32Array.of(0));
    const others = await Promise.all([1, 2, 3].map((number) => pool.run(Float32Array.of(number))));
    bytes[0] = 1;
    const [echo, thread] = await slow;
    await pool.close();
    expect([echo, ...others.map(([number]) => number)]).toEqual([0, 1, 2, 3]);
    for (const [, other] of others) expect(other).not.toBe(thread);
  });

  test.each([
    ['dies', 'process.exit(3);', /died: its thread ended with code 3/],
    ['throws', "setImmediate(() => { throw new Error('out of luck'); });", /died: out of luck/],
    ['says what nobody understands', "parentPort.postMessage({ kind: 'logits', logits: [1] });", /nobody understands/],
  ])('with a lane that %s says so, of what that lane was asked', async (_, does, message) => {
    const program = await laneThat(`if (input[0] === 1) { ${does} } else { ${ANSWER} }`);
    const pool = await LanePool.open(program, ORDER, 2, running);
    const [well, ill] = await Promise.allSettled([0, 1].map((number) => pool.run(Float32Array.of(number))));
    expect(well).toMatchObject({ status: 'fulfilled', value: { 0: 0 } });
    expect(ill).toMatchObject({ status: 'rejected', reason: { name: 'EngineError', code: 'engine-crashed' } });
    expect(ill).toMatchObject({ reason: { message: expect.stringMatching(message) } });
    await pool.close();
  });

  test('whose program cannot start says so', async () => {
    const path = join(folder, 'broken.mjs');
    await writeFile(path, "import 'node:nothing-of-this-name';");
    await expect(LanePool.open(path, ORDER, 2, running)).rejects.toMatchObject({ code: 'engine-crashed' });
  });

  test('ends at once when it is cancelled, whatever its lanes are at', async () => {
    const interrupt = new AbortController();
    const program = await laneThat('for (;;);');
    const pool = await LanePool.open(program, ORDER, 2, interrupt.signal);
    const answers = [0, 1, 2, 3, 4].map((number) => pool.run(Float32Array.of(number)));
    setTimeout(() => interrupt.abort(), 50);
    for (const answer of await Promise.allSettled(answers))
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    await pool.close();
  });

  test('that is cancelled while it loads ends too', async () => {
    const interrupt = new AbortController();
    const path = join(folder, 'never-ready.mjs');
    await writeFile(path, 'for (;;);');
    const opened = LanePool.open(path, ORDER, 2, interrupt.signal);
    setTimeout(() => interrupt.abort(), 50);
    await expect(opened).rejects.toMatchObject({ code: 'cancelled' });
    await expect(LanePool.open(path, ORDER, 1, interrupt.signal)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
