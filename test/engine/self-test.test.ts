import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import { REFERENCE_OUTPUTS, REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { selfTest } from '../../renderer/engine/worker/self-test.ts';
import { readGolden } from '../golden/golden-case.ts';

ort.env.wasm.numThreads = 1;

/** onnxruntime with one output of every run that has it moved by `by`. */
function off(output: string, by: number): typeof ort {
  const create = async (...args: Parameters<typeof ort.InferenceSession.create>) => {
    const session = await ort.InferenceSession.create(...args);
    const run = session.run.bind(session);
    session.run = async (feeds: ort.InferenceSession.FeedsType) => {
      const outputs = await run(feeds);
      if (!outputs[output]) return outputs;
      const { data, dims } = outputs[output];
      return {
        ...outputs,
        [output]: new ort.Tensor(
          'float32',
          (data as Float32Array).map((value) => value + by),
          dims,
        ),
      };
    };
    return session;
  };
  return { ...ort, InferenceSession: { create } } as typeof ort;
}

describe('selfTest', () => {
  it('passes on a runtime that computes rightly', async () => {
    expect(await selfTest({ ort, gpu: null, mutex: new Mutex() })).toBeNull();
  });

  it.each([
    ['logits', 0.01, /logits .* off by 0\.010/],
    ['stage2.block1.received', 0.01, /attention .* off by 0\.010/],
    ['stage2.block1.q', 1, /attention rows .* off by/],
    ['statistics', 1, /attention sums .* off by/],
    ['logits', Number.NaN, /logits .* off by NaN/],
  ])('finds wrong %s (by %d)', async (output, by, words) => {
    expect(await selfTest({ ort: off(output, by), gpu: null, mutex: new Mutex() })).toMatch(words);
  });

  it('compares with what PyTorch computed', async () => {
    const golden = await readGolden('tiny');
    expect(REFERENCE_SPEC).toEqual(golden.spec);
    const values = (name: string) => golden.expected.get(name)!;
    const close = (actual: readonly number[], expected: Float32Array) => {
      expect(actual).toHaveLength(expected.length);
      for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 6);
    };
    close(REFERENCE_OUTPUTS.logits, values('logits').data);
    close(REFERENCE_OUTPUTS.received, values('stage2.block1.received').data);
    const { shape, data } = values('stage2.block1.attention');
    const [, heads, queries, keys] = shape as [number, number, number, number];
    const clsRow = Float32Array.from({ length: keys }, (_, key) => {
      let sum = 0;
      for (let head = 0; head < heads; head++) sum += data[head * queries * keys + key]!;
      return sum / heads;
    });
    close(REFERENCE_OUTPUTS.clsRow, clsRow);
  });
});
