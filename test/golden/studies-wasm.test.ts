import { describe, expect, test } from 'vitest';
import { compileAttentionGraph } from '../../electron/inference/node-session.ts';
import { openForStudy } from '../../electron/inference/study-model.ts';
import { AttentionSessions } from '../../models/attention/attention-sessions.ts';
import { rollout } from '../../models/attention/rollout.ts';
import { attentionColumn, rowNormalisers } from '../../models/attention/row.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { formulaCheckpoint } from './formula-checkpoint.ts';
import { formulaInput } from './formula-weights.ts';
import { type GoldenCase, type GoldenName, maxDifference, readGolden, TINY_CASES } from './golden-case.ts';
import { officialAttention, officialStatistics } from './official-attention.ts';

/** Splits every block of the tiny networks' first two stages into several ranges of queries. */
const SMALL_CHUNKS = 4096;

async function studied<T>(
  golden: GoldenCase,
  use: (picture: Awaited<ReturnType<Awaited<ReturnType<typeof openForStudy>>['study']>>) => Promise<T>,
  maxTensorBytes?: number,
): Promise<T> {
  const { spec, seed, numClasses, height, width, activation } = golden;
  const bytes = formulaCheckpoint(spec, numClasses, seed);
  const checkpoint = await openCvt(new MemorySource('formula.safetensors', bytes), { spec, activation });
  const model = await openForStudy(
    checkpoint,
    bytes,
    { rows: height, cols: width },
    maxTensorBytes ? { maxTensorBytes } : {},
  );
  try {
    return await use(await model.study(formulaInput([1, 3, height, width], seed)));
  } finally {
    await model.close();
  }
}

function eachBlock({ spec }: GoldenCase): readonly (readonly [number, number])[] {
  return spec.stages.flatMap(({ depth }, stage) =>
    Array.from({ length: depth }, (_, block) => [stage, block] as const),
  );
}

describe.each(TINY_CASES)('studies of %s on WASM', (name: GoldenName) => {
  test.each([
    ['whole', undefined],
    ['in ranges of queries', SMALL_CHUNKS],
  ])('statistics are what the official attention gives, %s', async (_, maxTensorBytes) => {
    const golden = await readGolden(name);
    await studied(
      golden,
      async ({ studies }) => {
        for (const [stage, { depth }] of golden.spec.stages.entries()) {
          const statistics = await studies.statistics(stage);
          expect(statistics).toHaveLength(depth);
          for (const [block, actual] of statistics.entries()) {
            const official = officialStatistics(golden, stage, block);
            expect(maxDifference(actual.received, official.received)).toBeLessThanOrEqual(1e-5);
            expect(maxDifference(actual.entropy, official.entropy)).toBeLessThanOrEqual(1e-4);
            expect(maxDifference(actual.distance, official.distance)).toBeLessThanOrEqual(1e-3);
          }
        }
      },
      maxTensorBytes,
    );
  });

  test('a rollout by the graph equals one by the official attention', async () => {
    const golden = await readGolden(name);
    const { spec, height, width } = golden;
    const attend = async (stage: number, block: number, r: Float32Array) => {
      const { heads, queries, keys, data } = officialAttention(golden, stage, block);
      const product = new Float64Array(keys);
      for (let head = 0; head < heads; head++)
        for (let query = 0; query < queries; query++)
          for (let key = 0; key < keys; key++)
            product[key] = product[key]! + (r[query]! * data[(head * queries + query) * keys + key]!) / heads;
      return Float32Array.from(product);
    };
    const network = { spec, height, width, valueTaps: () => new Float32Array() };
    const starts = [{ kind: 'answer' }, { kind: 'token', stage: 1, token: 3 }] as const;
    await studied(
      golden,
      async ({ studies }) => {
        for (const start of starts) {
          const steps: number[] = [];
          const onStep = (done: number, total: number) => void steps.push(done / total);
          const actual = await studies.rollout(start, 'uniform', { onStep });
          const official = await rollout(network, start, 'uniform', attend);
          expect(maxDifference(actual.pixels, official.pixels)).toBeLessThanOrEqual(1e-6);
          for (const [at, { tokens }] of actual.stages.entries())
            expect(maxDifference(tokens, official.stages[at]!.tokens)).toBeLessThanOrEqual(1e-6);
          expect(steps[0]).toBe(0);
          expect(steps.at(-1)).toBeLessThan(1);
          const weighted = await studies.rollout(start, 'weighted');
          const mass = weighted.stages.reduce((sum, { clsMass }) => sum + clsMass, 0);
          expect(weighted.pixels.reduce((sum, value) => sum + value, mass)).toBeCloseTo(1, 5);
        }
      },
      SMALL_CHUNKS,
    );
  });

  test('an attribution sums to the logit of every class', async () => {
    const golden = await readGolden(name);
    const official = golden.expected.get('logits')!.data;
    await studied(golden, async ({ studies }) => {
      const classes = Array.from({ length: golden.numClasses }, (_, index) => index);
      for (const attribution of await studies.attribution(classes)) {
        const parts = [attribution.keys, attribution.attentionBias, attribution.mlp];
        const sum = parts.flatMap((part) => [...part]).reduce((total, value) => total + value, 0);
        expect(sum + attribution.initial + attribution.bias).toBeCloseTo(official[attribution.index]!, 3);
        expect(attribution.sum).toBeCloseTo(official[attribution.index]!, 3);
        expect(attribution.logit).toBeCloseTo(official[attribution.index]!, 4);
      }
    });
  });

  test('rows of a stage and columns are those of the official attention', async () => {
    const golden = await readGolden(name);
    await studied(golden, async ({ studies }) => {
      for (const [stage, block] of eachBlock(golden)) {
        const { heads, queries, keys, data } = officialAttention(golden, stage, block);
        const query = queries - 1;
        const rows = (await studies.stageRows(stage, query)).subarray(block * heads * keys, (block + 1) * heads * keys);
        const key = keys - 1;
        for (let head = 0; head < heads; head++) {
          const at = (head * queries + query) * keys;
          const row = rows.subarray(head * keys, (head + 1) * keys);
          expect(maxDifference(row, data.subarray(at, at + keys))).toBeLessThanOrEqual(1e-5);
          const column = await studies.column(stage, block, head, key);
          const official = Float32Array.from(column, (_, q) => data[(head * queries + q) * keys + key]!);
          expect(maxDifference(column, official)).toBeLessThanOrEqual(1e-5);
        }
      }
    });
  });
});

type Studies = Parameters<Parameters<typeof studied>[1]>[0]['studies'];

test.each([
  ['stage', (s: Studies) => s.row(9, 0, null, 0)],
  ['block', (s: Studies) => s.row(0, 9, null, 0)],
  ['head', (s: Studies) => s.row(0, 0, 9, 0)],
  ['query', (s: Studies) => s.row(0, 0, null, 1e6)],
  ['token', (s: Studies) => s.stageRows(0, -1)],
  ['key', (s: Studies) => s.column(0, 0, null, 1e6)],
  ['head', (s: Studies) => s.column(0, 0, -1, 0)],
  ['stage', (s: Studies) => s.statistics(-1)],
  ['stage', (s: Studies) => s.rollout({ kind: 'token', stage: 9, token: 0 }, 'uniform')],
  ['token', (s: Studies) => s.rollout({ kind: 'token', stage: 0, token: 1e6 }, 'weighted')],
  ['class', (s: Studies) => s.attribution([0, 1e6])],
])('names the %s that is not there', async (what, ask) => {
  const golden = await readGolden('tiny');
  await studied(golden, async ({ studies }) => {
    await expect(ask(studies)).rejects.toMatchObject({
      code: 'engine-bad-request',
      message: expect.stringContaining(what),
    });
  });
});

test('studies of cvt-13 on WASM agree with the official received maps and logits', async () => {
  const golden = await readGolden('cvt-13-224');
  await studied(golden, async ({ studies, logits }) => {
    for (const stage of golden.spec.stages.keys())
      for (const [block, { received, entropy }] of (await studies.statistics(stage)).entries()) {
        const official = golden.expected.get(`stage${stage}.block${block}.received`)!.data;
        const mean = new Float32Array(official.length);
        for (const [at, value] of received.entries())
          mean[at % mean.length] = mean[at % mean.length]! + value / entropy.length;
        expect(maxDifference(mean, official)).toBeLessThanOrEqual(1e-5);
      }
    const classes = [logits.indexOf(Math.max(...logits)), 0, 999];
    for (const { sum, index } of await studies.attribution(classes))
      expect(sum).toBeCloseTo(golden.expected.get('logits')!.data[index]!, 3);
    const { pixels, stages } = await studies.rollout({ kind: 'answer' }, 'weighted');
    expect(pixels).toHaveLength(224 * 224);
    const mass = stages.reduce((total, { clsMass }) => total + clsMass, 0);
    expect(pixels.reduce((total, value) => total + value, mass)).toBeCloseTo(1, 4);
  });
});

test('normalisers are those of the definition, scores beyond the exponential included', async () => {
  const shape = { heads: 2, queries: 7, keys: 3, headDim: 2, cls: 0 } as const;
  const q = Float32Array.from({ length: 28 }, (_, i) => 60 * Math.sin(i));
  const k = Float32Array.from({ length: 12 }, (_, i) => 60 * Math.cos(3 * i));
  const sessions = new AttentionSessions(compileAttentionGraph, 64);
  const actual = await sessions.of(shape, { q, k, shape }).normalisers();
  await sessions.release();
  const taps = { q, k, heads: 2, queries: 7, keys: 3, headDim: 2, scale: 0.5 };
  expect(Math.max(...actual)).toBeGreaterThan(100);
  expect(maxDifference(actual, rowNormalisers(taps))).toBeLessThanOrEqual(1e-3);
  expect(
    maxDifference(attentionColumn(taps, 0, 1, actual), attentionColumn(taps, 0, 1, rowNormalisers(taps))),
  ).toBeLessThanOrEqual(1e-3);
});
