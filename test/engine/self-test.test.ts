import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { PRECISIONS, type Precision } from '../../models/precision/precision.ts';
import { Mutex } from '../../renderer/engine/worker/mutex.ts';
import type { Bench } from '../../renderer/engine/worker/network.ts';
import { REFERENCE_OUTPUTS, REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { selfTest } from '../../renderer/engine/worker/self-test.ts';
import { readGolden } from '../golden/golden-case.ts';
import { type StandInRuntime, standInRuntime } from './wrong-runtime.ts';

ort.env.wasm.numThreads = 1;

const onCpu = ({ ort }: StandInRuntime): Bench => ({ ort, gpu: null, mutex: new Mutex() });

describe('selfTest', () => {
  it.each(PRECISIONS)('passes in %s on a runtime that computes rightly', async (precision) => {
    expect(await selfTest(onCpu(standInRuntime()), precision)).toBeNull();
  });

  it.each([
    ['logits', 0.01, /logits .* off by 0\.010/],
    ['stage2.block1.received', 0.01, /attention .* off by 0\.010/],
    ['stage2.block1.q', 1, /attention rows .* off by/],
    ['statistics', 1, /attention sums .* off by/],
    ['logits', Number.NaN, /logits .* off by NaN/],
  ])('finds wrong %s (by %d)', async (output, by, words) => {
    expect(await selfTest(onCpu(standInRuntime({ output, by })), 'fp32')).toMatch(words);
  });

  it.each<[Precision, string, number, RegExp]>([
    ['fp16', 'logits', 0.02, /logits .* off by 0\.02/],
    ['fp16', 'stage2.block1.received', 0.01, /attention .* off by 0\.01/],
    ['fp16', 'stage2.block1.q', 1, /attention rows .* off by/],
    ['int8', 'logits', 0.2, /logits .* off by 0\.2/],
    ['int8', 'stage2.block1.received', 0.02, /attention .* off by 0\.02/],
    ['int8', 'statistics', 1, /attention sums .* off by/],
    ['int8', 'logits', Number.NaN, /logits .* off by NaN/],
  ])('in %s finds wrong %s (by %d)', async (precision, output, by, words) => {
    expect(await selfTest(onCpu(standInRuntime({ output, by })), precision)).toMatch(words);
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
