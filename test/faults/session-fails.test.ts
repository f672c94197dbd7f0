import * as ort from 'onnxruntime-web';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diagnose } from '../../renderer/engine/worker/faults.ts';
import { ModelSessions } from '../../renderer/engine/worker/model-sessions.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { PrecisionGate } from '../../renderer/engine/worker/precision-gate.ts';
import { tinyModel } from '../engine/tiny-model.ts';
import { type BuiltProgram, buildProgram } from '../hub/child.ts';

ort.env.wasm.numThreads = 1;

const TASK = { signal: new AbortController().signal, progress: () => {} };
const CPU = { provider: 'wasm', adapter: null, precisions: ['fp32', 'int8'] } as const;

/** onnxruntime that gets half of the first graph, which it then refuses in its own words. */
function halving(made: { count: number }): typeof ort {
  const create = async (...[model, ...rest]: Parameters<typeof ort.InferenceSession.create>) => {
    const bytes = model as unknown as Uint8Array;
    const given = made.count++ === 0 ? bytes.subarray(0, bytes.length / 2) : bytes;
    return ort.InferenceSession.create(given, ...(rest as [ort.InferenceSession.SessionOptions]));
  };
  return { ...ort, InferenceSession: { create } } as unknown as typeof ort;
}

test('a session that fails to build is said in the runtime’s words, holds no place, and is built when asked again', async () => {
  const made = { count: 0 };
  const bench = { ort: halving(made), gpu: null, mutex: new Mutex() };
  const sessions = new ModelSessions(bench, { detach: async () => {} }, false, new PrecisionGate(bench, CPU), null);
  const thrown = await sessions.load(tinyModel(), TASK).then(
    () => null,
    (error: unknown) => error,
  );
  const { error, fatal } = await diagnose(thrown, null);
  expect(error).toMatchObject({ name: 'EngineError', code: 'engine-unexpected' });
  expect(error.message).toMatch(/protobuf|ModelProto|parse/i);
  expect(fatal).toBe(false);
  const { network } = await sessions.load(tinyModel(), TASK);
  expect(made.count).toBe(2);
  const outputs = await network.run(new Float32Array(3 * 64 * 64));
  expect(outputs.get('logits')?.data).toHaveLength(10);
  await network.release();
});

describe('memory that does not suffice', () => {
  let program: BuiltProgram;
  beforeAll(async () => {
    program = await buildProgram('test/faults/run-out-of-memory.ts');
  }, 60_000);
  afterAll(() => program?.remove());

  test('for the activations of a large input is told as such, and asks for a fresh Worker', async () => {
    const run = program.start(['512', '64', '512']);
    await run.ended;
    const [small, large] = run.printed.stdout.trim().split('\n');
    expect(small, run.printed.stderr).toBe('64: answered true');
    expect(large).toMatch(/^512: engine-out-of-memory, fatal: There is not enough memory for this network: /);
  }, 120_000);
});
