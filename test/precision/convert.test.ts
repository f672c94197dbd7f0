import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { gather } from '../../models/bytes/gather.ts';
import { CheckpointWeights } from '../../models/cvt/checkpoint-weights.ts';
import { formulaInput } from '../../models/cvt/formula-weights.ts';
import { type CvtCheckpoint, openCvt } from '../../models/cvt/open-cvt.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { convertedFile, openConverted } from '../../models/precision/convert.ts';
import { dequantiseLinear, quantiseLinear } from '../../models/precision/quantise.ts';
import { openSealed, sealed } from '../../models/precision/seal.ts';
import { REFERENCE_SIZE, REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { failure } from '../formats/expect-code.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';
import { formulaTensor } from '../golden/formula-weights.ts';
import { readGolden, TINY_CASES } from '../golden/golden-case.ts';
import { convert, onCpu } from './converted.ts';

ort.env.wasm.numThreads = 1;

const LINEAR = 'stage1.blocks.0.mlp.fc1.weight';

function tiny(tensor: typeof formulaTensor = formulaTensor): Promise<CvtCheckpoint> {
  const bytes = formulaCheckpoint(REFERENCE_SPEC, 10, 1, tensor);
  return openCvt(new MemorySource('tiny.safetensors', bytes), { spec: REFERENCE_SPEC, activation: null });
}

/** The formula's weights with the first of `name` replaced. */
function withFirst(name: string, value: number): typeof formulaTensor {
  return (key, shape, seed) => {
    const values = formulaTensor(key, shape, seed);
    if (key === name) values[0] = value;
    return values;
  };
}

describe('quantiseLinear', () => {
  it('is off by at most half a step of each output channel, and turns [out, in] over', () => {
    const weight = Float32Array.of(1, -0.6, 0.25, 100, 7, -3);
    const quantised = quantiseLinear(weight, 2);
    expect([...quantised.values]).toEqual([127, 127, -76, 9, 32, -4]);
    const back = dequantiseLinear(quantised);
    for (const [at, value] of weight.entries())
      expect(Math.abs(back[at]! - value)).toBeLessThanOrEqual(quantised.scale[at < 3 ? 0 : 1]! / 2 + 1e-6);
  });

  it('keeps a channel of zeros', () => {
    const quantised = quantiseLinear(new Float32Array(4), 2);
    expect([...dequantiseLinear(quantised)]).toEqual([0, 0, 0, 0]);
  });
});

describe('converted weights', () => {
  it.each(['int8', 'fp16'] as const)('in %s take about as much as they should', async (precision) => {
    const { bytes } = await convert(await tiny(), precision);
    const whole = formulaCheckpoint(REFERENCE_SPEC, 10, 1).byteLength;
    // The tiny network is mostly header, norms and kernels, which stay.
    expect(bytes.byteLength / whole).toBeLessThan(0.75);
  });

  it('are the numbers that studies are answered with', async () => {
    const original = await tiny();
    const { checkpoint } = await convert(original, 'int8');
    const [inputs, outputs] = checkpoint.tensors.get(LINEAR)!.shape as [number, number];
    const used = await new CheckpointWeights(original, 'int8').read(LINEAR);
    const stored = await new CheckpointWeights(checkpoint).read(LINEAR);
    const scale = await new CheckpointWeights(checkpoint).read(`${LINEAR}.scale`);
    expect(used.length).toBe(inputs * outputs);
    for (let output = 0; output < outputs; output++)
      for (let input = 0; input < inputs; input++)
        expect(used[output * inputs + input]).toBeCloseTo(stored[input * outputs + output]! * scale[output]!, 6);
    const plain = await new CheckpointWeights(original).read(LINEAR);
    expect(used).not.toEqual(plain);
  });

  it.each<[string, 'int8' | 'fp16', string, number, CheckpointErrorCode]>([
    ['a weight beyond half precision', 'fp16', LINEAR, 70_000, 'too-large-for-fp16'],
    ['a weight that is no number, in fp16', 'fp16', LINEAR, Number.NaN, 'too-large-for-fp16'],
    ['a weight that is no number, in int8', 'int8', LINEAR, Number.NaN, 'not-finite'],
    ['an infinite weight, in int8', 'int8', LINEAR, Number.POSITIVE_INFINITY, 'not-finite'],
  ])('%s is refused', async (_, precision, name, value, code) => {
    const checkpoint = await tiny(withFirst(name, value));
    await failure(() => gather(convertedFile(checkpoint, precision).write()), code);
  });

  it('a folded kernel beyond half precision is refused when the graph is built', async () => {
    const { checkpoint } = await convert(
      await tiny(withFirst('stage0.blocks.0.attn.conv_proj_q.conv.weight', 1e6)),
      'fp16',
    );
    const build = () =>
      buildCvtGraph(checkpoint, {
        ...REFERENCE_SIZE,
        batch: 1,
        outputs: {},
        placement: { kind: 'external', path: 'w' },
        precision: 'fp16',
      });
    await failure(build, 'too-large-for-fp16');
  });

  it('of another network are not taken', async () => {
    const { bytes } = await convert(await tiny(), 'int8');
    const other = await openCvt(new MemorySource('other', formulaCheckpoint(REFERENCE_SPEC, 11, 1)), {
      spec: REFERENCE_SPEC,
      activation: null,
    });
    await failure(() => openConverted(new MemorySource('kept', bytes), other, 'int8'), 'wrong-shape');
  });
});

describe('a seal', () => {
  const pieces = async function* () {
    yield Uint8Array.of(1, 2, 3);
    yield new Uint8Array(5 * 2 ** 20).fill(7);
  };
  const open = (bytes: Uint8Array) => openSealed(new MemorySource('kept', bytes));

  it('is broken by any change, and by a cut', async () => {
    const whole = await gather(sealed(pieces()));
    expect((await open(whole))?.size).toBe(3 + 5 * 2 ** 20);
    for (const at of [0, 3, 5 * 2 ** 20, whole.length - 41, whole.length - 20, whole.length - 1]) {
      const changed = whole.slice();
      changed[at]! ^= 1;
      expect(await open(changed)).toBeNull();
    }
    for (const length of [0, 10, 40, whole.length - 1]) expect(await open(whole.subarray(0, length))).toBeNull();
  });
});

describe('the graph', () => {
  it('in int8 takes one picture at a time', async () => {
    const { checkpoint } = await convert(await tiny(), 'int8');
    const built = buildCvtGraph(checkpoint, {
      ...REFERENCE_SIZE,
      batch: 2,
      outputs: {},
      placement: { kind: 'external', path: 'w' },
      precision: 'int8',
    });
    await expect(built).rejects.toThrow(RangeError);
  });

  /** Half precision is computed on this CPU by casting. The tolerances are three times and more what was measured. */
  it.each(TINY_CASES.flatMap((name) => [[name, 'fp16', 0.015] as const, [name, 'int8', 0.15] as const]))(
    '%s in %s is near PyTorch, maps and taps too',
    async (name, precision, tolerance) => {
      const golden = await readGolden(name);
      const { spec, seed, numClasses, activation, height, width } = golden;
      const bytes = formulaCheckpoint(spec, numClasses, seed);
      const original = await openCvt(new MemorySource(name, bytes), { spec, activation });
      const session = await onCpu(
        await convert(original, precision),
        precision,
        { height, width },
        { received: true, taps: true },
      );
      const outputs = await session.run(formulaInput([1, 3, height, width], seed).slice(0, 3 * height * width));
      const expected = golden.expected.get('logits')!.data.subarray(0, numClasses);
      const logits = outputs.get('logits')!;
      let largest = 0;
      for (const [at, value] of expected.entries()) largest = Math.max(largest, Math.abs(logits[at]! - value));
      expect(largest).toBeLessThan(tolerance);
      expect(largest).toBeGreaterThan(1e-6);
      for (const [output, values] of outputs)
        if (output.endsWith('.received')) expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 2);
      await session.release();
    },
  );

  it('multiplies integers at their extremes without saturation', async () => {
    // 255 · 127 twice is beyond 16 bits, which some processors' kernels stop at.
    const alike: typeof formulaTensor = (key, shape, seed) =>
      shape.length === 2 && key.startsWith('stage')
        ? new Float32Array(shape[0]! * shape[1]!).fill(0.02)
        : formulaTensor(key, shape, seed);
    const bytes = formulaCheckpoint(REFERENCE_SPEC, 10, 1, alike);
    const original = await tiny(alike);
    const int8 = await onCpu(await convert(original, 'int8'), 'int8', REFERENCE_SIZE);
    const fp32 = await onCpu({ checkpoint: original, bytes }, 'fp32', REFERENCE_SIZE);
    const input = formulaInput([1, 3, REFERENCE_SIZE.height, REFERENCE_SIZE.width], 1);
    const [a, b] = [(await int8.run(input)).get('logits')!, (await fp32.run(input)).get('logits')!];
    for (const [at, value] of b.entries()) expect(Math.abs(a[at]! - value)).toBeLessThan(0.1);
    await Promise.all([int8.release(), fp32.release()]);
  });
});
