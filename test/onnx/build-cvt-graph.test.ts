import { describe, expect, test } from 'vitest';
import { createNodeSession, EXTERNAL_PATH } from '../../electron/inference/node-session.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { stageGrids } from '../../models/cvt/grids.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { type OfficialSpec, parseSpec } from '../../models/cvt/spec.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { ProtoMessage } from '../../models/onnx/protobuf-writer.ts';
import { allTapNames } from '../../models/onnx/tap-names.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';
import { formulaInput } from '../golden/formula-weights.ts';
import { maxDifference } from '../golden/golden-case.ts';

const BASE: OfficialSpec = {
  NUM_STAGES: 2,
  PATCH_SIZE: [7, 3],
  PATCH_STRIDE: [4, 2],
  PATCH_PADDING: [2, 1],
  DIM_EMBED: [8, 12],
  NUM_HEADS: [1, 3],
  DEPTH: [1, 2],
  MLP_RATIO: [2, 2.6],
  QKV_BIAS: [true, false],
  CLS_TOKEN: [false, true],
  QKV_PROJ_METHOD: ['dw_bn', 'dw_bn'],
  KERNEL_QKV: [3, 3],
  PADDING_KV: [1, 1],
  STRIDE_KV: [2, 2],
  PADDING_Q: [1, 1],
  STRIDE_Q: [1, 1],
};

const ONE_STAGE = Object.fromEntries(
  Object.entries(BASE).map(([key, value]) => [key, Array.isArray(value) ? value.slice(1) : 1]),
);

/** Specs that no golden file covers: what must hold is what holds for every CvT. */
const SPECS: readonly [string, unknown, number, number, number][] = [
  ['one stage', ONE_STAGE, 33, 21, 1],
  ['CLS in both stages', { ...BASE, CLS_TOKEN: [true, true] }, 37, 50, 1],
  ['CLS in the first stage only', { ...BASE, CLS_TOKEN: [true, false] }, 40, 40, 2],
  ['no projection at all', { ...BASE, QKV_PROJ_METHOD: ['linear', 'linear'] }, 32, 32, 1],
  [
    'mixed projections',
    { ...BASE, QKV_PROJ_METHOD: ['avg', 'dw_bn'], KERNEL_QKV: [2, 5], PADDING_Q: [0, 2] },
    41,
    29,
    1,
  ],
  ['keys at full resolution', { ...BASE, STRIDE_KV: [1, 1] }, 32, 48, 1],
  ['keys without padding', { ...BASE, PADDING_KV: [0, 0], STRIDE_KV: [3, 3] }, 64, 64, 3],
];

async function run(spec: unknown, height: number, width: number, batch: number, input: Float32Array) {
  const parsed = parseSpec(spec, 'spec');
  const bytes = formulaCheckpoint(parsed, 5, 11);
  const checkpoint = await openCvt(new MemorySource('formula.safetensors', bytes), { spec: parsed, activation: null });
  const graph = await buildCvtGraph(checkpoint, {
    height,
    width,
    batch,
    outputs: { received: true, attention: true, taps: true },
    placement: { kind: 'external', path: EXTERNAL_PATH },
  });
  const session = await createNodeSession(graph, bytes);
  try {
    return { spec: parsed, outputs: await session.run(input, [batch, 3, height, width]) };
  } finally {
    await session.close();
  }
}

describe('a graph of any spec', () => {
  test.each(SPECS)('%s: attention is row-stochastic, received is its mean', async (_, data, height, width, batch) => {
    const { spec, outputs } = await run(data, height, width, batch, formulaInput([batch, 3, height, width], 11));
    expect(outputs.get('logits')).toHaveLength(batch * 5);
    for (const [index, grids] of stageGrids(spec, height, width).entries()) {
      const stage = spec.stages[index]!;
      const queries = grids.cls + grids.tokens.rows * grids.tokens.cols;
      const keys = grids.cls + grids.keys.rows * grids.keys.cols;
      for (let block = 0; block < stage.depth; block++) {
        const attention = outputs.get(`stage${index}.block${block}.attention`)!;
        const received = outputs.get(`stage${index}.block${block}.received`)!;
        expect(attention).toHaveLength(batch * stage.numHeads * queries * keys);
        const columns = new Float32Array(batch * keys);
        for (let row = 0; row < attention.length / keys; row++) {
          const values = attention.subarray(row * keys, (row + 1) * keys);
          expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
          const picture = Math.floor(row / (stage.numHeads * queries));
          for (const [key, value] of values.entries())
            columns[picture * keys + key] = columns[picture * keys + key]! + value / (stage.numHeads * queries);
        }
        expect(maxDifference(received, columns)).toBeLessThanOrEqual(1e-6);
      }
    }
  });

  test('each picture of a batch is worked on alone', async () => {
    const one = formulaInput([1, 3, 40, 32], 11);
    const other = one.map((value) => 1 - value);
    const both = await run(BASE, 40, 32, 2, new Float32Array([...other, ...one]));
    const alone = await run(BASE, 40, 32, 1, one);
    const second = both.outputs.get('logits')!.slice(5);
    expect(maxDifference(second, alone.outputs.get('logits')!)).toBeLessThanOrEqual(1e-5);
  });

  test('the graph stays small: large weights are left in the checkpoint', async () => {
    const { VARIANTS } = await import('../../models/cvt/variants.ts');
    const spec = VARIANTS['cvt-13'];
    const bytes = formulaCheckpoint(spec, 1000, 1);
    const checkpoint = await openCvt(new MemorySource('cvt-13.safetensors', bytes), { spec: null, activation: null });
    const graph = await buildCvtGraph(checkpoint, {
      height: 224,
      width: 224,
      batch: 1,
      outputs: { received: true, taps: true },
      placement: { kind: 'external', path: EXTERNAL_PATH },
    });
    expect(checkpoint.variant).toBe('cvt-13');
    const taps = allTapNames([1, 2, 10]);
    expect(graph.outputNames.filter((name) => !/^logits$|\.received$/.test(name)).toSorted()).toEqual(taps.toSorted());
    expect(graph.message.byteLength).toBeLessThan(1_000_000);
    expect(bytes.byteLength).toBeGreaterThan(80_000_000);
  });
});

describe('the protobuf writer', () => {
  // https://protobuf.dev/programming-guides/encoding/
  test.each([
    ['varint', new ProtoMessage().uint(1, 150), [0x08, 0x96, 0x01]],
    ['zero', new ProtoMessage().uint(1, 0), [0x08, 0x00]],
    ['beyond 32 bits', new ProtoMessage().uint(1, 2 ** 40), [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20]],
    ['negative', new ProtoMessage().int(2, -1), [0x10, ...Array(9).fill(0xff), 0x01]],
    ['string', new ProtoMessage().string(2, 'testing'), [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]],
    ['nested', new ProtoMessage().message(3, new ProtoMessage().uint(1, 150)), [0x1a, 0x03, 0x08, 0x96, 0x01]],
    ['empty', new ProtoMessage().message(3, new ProtoMessage()), [0x1a, 0x00]],
    ['float', new ProtoMessage().float(2, 1), [0x15, 0x00, 0x00, 0x80, 0x3f]],
  ])('%s', (_, message, bytes) => {
    expect([...message.toBytes()]).toEqual(bytes);
    expect(message.byteLength).toBe(bytes.length);
  });

  test('deferred bytes are loaded when they are written, in their place', async () => {
    let loaded = 0;
    const load = async () => {
      loaded++;
      return new Uint8Array([7, 8]);
    };
    const message = new ProtoMessage().uint(1, 1).bytes(2, { byteLength: 2, load }).uint(3, 3);
    expect(loaded).toBe(0);
    expect(() => message.toBytes()).toThrow();
    const written: number[] = [];
    for await (const bytes of message.writeTo()) written.push(...bytes);
    expect(written).toEqual([0x08, 1, 0x12, 2, 7, 8, 0x18, 3]);
    expect(loaded).toBe(1);
  });
});
