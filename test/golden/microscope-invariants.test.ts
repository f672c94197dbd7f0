import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openForStudy, type StudiedPicture } from '../../electron/inference/study-model.ts';
import type { RolloutStart } from '../../models/attention/rollout.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { cellCount, type GridSize, type StageGrids, stageGrids } from '../../models/cvt/grids.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import type { CvtSpec } from '../../models/cvt/spec.ts';
import { formulaCheckpoint } from './formula-checkpoint.ts';
import { formulaInput, formulaTensor } from './formula-weights.ts';
import { type GoldenCase, maxDifference, readGolden, TINY_CASES } from './golden-case.ts';

/** What must hold of cvt-13's maps whatever the picture, where no reference says what they are. */

interface Studied {
  readonly spec: CvtSpec;
  readonly grids: readonly StageGrids[];
  readonly picture: StudiedPicture;
  close(): Promise<void>;
}

/** Runs formula weights on a picture. */
async function study(
  { spec, numClasses, seed }: { readonly spec: CvtSpec; readonly numClasses: number; readonly seed: number },
  size: GridSize,
  tensor: typeof formulaTensor = formulaTensor,
  input: Float32Array = formulaInput([1, 3, size.rows, size.cols], seed),
): Promise<Studied> {
  const bytes = formulaCheckpoint(spec, numClasses, seed, tensor);
  const source = new MemorySource('formula.safetensors', bytes);
  const checkpoint = await openCvt(source, { spec, activation: 'quick_gelu' });
  const model = await openForStudy(checkpoint, bytes, size);
  return {
    spec,
    grids: stageGrids(spec, size.rows, size.cols),
    picture: await model.study(input),
    close: () => model.close(),
  };
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}

/** Queries or keys worth a look: CLS or the first, the corners of the grid, one in the middle. */
function someTokens(cls: 0 | 1, { rows, cols }: GridSize): readonly number[] {
  const cells = [0, cols - 1, Math.floor(rows / 2) * cols + Math.floor(cols / 3), (rows - 1) * cols, rows * cols - 1];
  return [0, ...cells.map((cell) => cls + cell)];
}

describe.each([
  { rows: 224, cols: 224 },
  { rows: 160, cols: 288 },
])('cvt-13 at $rows×$cols', (size) => {
  let run: Studied;
  beforeAll(async () => {
    run = await study(await readGolden('cvt-13-224'), size);
  }, 120_000);
  afterAll(() => run.close());

  test('a row of attention is a distribution, and what its block and head say alone', async () => {
    const { studies } = run.picture;
    for (const [stage, { numHeads, depth }] of run.spec.stages.entries()) {
      const { cls, tokens, keys } = run.grids[stage]!;
      const count = cls + cellCount(keys);
      for (const query of someTokens(cls, tokens)) {
        const rows = await studies.stageRows(stage, query);
        expect(rows).toHaveLength(depth * numHeads * count);
        expect(Math.min(...rows)).toBeGreaterThanOrEqual(0);
        for (let row = 0; row < depth * numHeads; row++)
          expect(sumOf(rows.subarray(row * count, (row + 1) * count))).toBeCloseTo(1, 5);
        const [block, head] = [depth - 1, numHeads - 1];
        const last = rows.subarray((depth * numHeads - 1) * count);
        expect(maxDifference(await studies.row(stage, block, head, query), last)).toBe(0);
      }
    }
  });

  test('what keys receive is a distribution, and the mean of the heads that statistics tell apart', async () => {
    for (const [stage, { numHeads, depth }] of run.spec.stages.entries()) {
      const { cls, keys } = run.grids[stage]!;
      const count = cls + cellCount(keys);
      const diagonal = Math.hypot(size.rows, size.cols);
      const statistics = await run.picture.studies.statistics(stage);
      expect(statistics).toHaveLength(depth);
      for (const [block, { received, entropy, distance }] of statistics.entries()) {
        const whole = run.picture.received[stage]![block]!;
        expect(whole).toHaveLength(count);
        expect(sumOf(whole)).toBeCloseTo(1, 5);
        const mean = new Float32Array(count);
        for (const [i, share] of received.entries()) mean[i % count] = mean[i % count]! + share / numHeads;
        expect(maxDifference(mean, whole)).toBeLessThanOrEqual(1e-6);
        for (let head = 0; head < numHeads; head++) {
          expect(sumOf(received.subarray(head * count, (head + 1) * count))).toBeCloseTo(1, 5);
          expect(entropy[head]).toBeGreaterThan(0);
          expect(entropy[head]).toBeLessThanOrEqual(Math.log2(count) + 1e-4);
          expect(distance[head]).toBeGreaterThan(0);
          expect(distance[head]).toBeLessThan(diagonal);
        }
      }
    }
  });

  test('a column holds what the rows pay to its key', async () => {
    const { studies } = run.picture;
    for (const [stage, { numHeads, depth }] of run.spec.stages.entries()) {
      const { cls, tokens, keys } = run.grids[stage]!;
      const block = depth - 1;
      for (const head of [null, numHeads - 1])
        for (const key of someTokens(cls, keys)) {
          const column = await studies.column(stage, block, head, key);
          expect(column).toHaveLength(cls + cellCount(tokens));
          for (const query of someTokens(cls, tokens)) {
            const row = await studies.row(stage, block, head, query);
            expect(Math.abs(column[query]! - row[key]!)).toBeLessThanOrEqual(1e-6);
          }
        }
    }
  });

  const starts: readonly (RolloutStart & { readonly name: string })[] = [
    { name: 'the answer', kind: 'answer' },
    { name: 'a token of stage 1', kind: 'token', stage: 0, token: 7 },
    { name: 'a token of stage 2', kind: 'token', stage: 1, token: 100 },
    { name: 'a token of stage 3', kind: 'token', stage: 2, token: 30 },
  ];
  test.each(starts)('a rollout from $name loses no mass and makes none', async ({ name: _, ...start }) => {
    const from = start.kind === 'answer' ? run.spec.stages.length - 1 : start.stage;
    for (const spread of ['uniform', 'weighted'] as const) {
      const { stages, pixels } = await run.picture.studies.rollout(start, spread);
      expect(stages.map(({ stage }) => stage)).toEqual(Array.from({ length: from + 1 }, (_, i) => from - i));
      let kept = 0;
      for (const { stage, tokens, clsMass } of stages) {
        kept += clsMass;
        expect(tokens).toHaveLength(cellCount(run.grids[stage]!.tokens));
        expect(Math.min(...tokens)).toBeGreaterThanOrEqual(0);
        expect(sumOf(tokens) + kept).toBeCloseTo(1, 5);
        if (run.grids[stage]!.cls === 0) expect(clsMass).toBe(0);
      }
      expect(pixels).toHaveLength(size.rows * size.cols);
      expect(pixels.every((mass) => mass >= 0)).toBe(true);
      expect(sumOf(pixels) + kept).toBeCloseTo(1, 5);
    }
  });

  test('an attribution sums to the logit, class by class', async () => {
    const { logits, studies } = run.picture;
    const { cls, keys } = run.grids.at(-1)!;
    const { depth, numHeads } = run.spec.stages.at(-1)!;
    const classes = [logits.indexOf(Math.max(...logits)), logits.indexOf(Math.min(...logits)), 0, 281, 999];
    const attributions = await studies.attribution(classes);
    expect(attributions.map(({ index }) => index)).toEqual(classes);
    for (const { index, logit, sum, keys: terms, attentionBias, mlp, initial, bias } of attributions) {
      expect(terms).toHaveLength(depth * numHeads * (cls + cellCount(keys)));
      expect(logit).toBe(logits[index]);
      expect(Math.abs(sum - logit)).toBeLessThanOrEqual(1e-3);
      expect(Math.abs(sumOf(terms) + sumOf(attentionBias) + sumOf(mlp) + initial + bias - sum)).toBeLessThanOrEqual(
        1e-4,
      );
    }
  });
});

describe.each(TINY_CASES)('%s mirrored at its diagonal', (name) => {
  const SIZE = { rows: 64, cols: 112 };
  let golden: GoldenCase;
  let upright: Studied;
  let mirrored: Studied;

  // Kernels and picture with rows and columns exchanged make the same network of the mirrored picture. Whoever mixes up
  // the two anywhere between convolution and map gives himself away.
  beforeAll(async () => {
    golden = await readGolden(name);
    const input = formulaInput([1, 3, SIZE.rows, SIZE.cols], golden.seed);
    upright = await study(golden, SIZE);
    mirrored = await study(
      golden,
      { rows: SIZE.cols, cols: SIZE.rows },
      (key, shape, seed) => {
        const values = formulaTensor(key, shape, seed);
        return shape.length === 4 ? mirror(values, { rows: shape[2]!, cols: shape[3]! }) : values;
      },
      mirror(input, SIZE),
    );
  });
  afterAll(async () => {
    await upright.close();
    await mirrored.close();
  });

  test('received, rows and columns are mirrored', async () => {
    expect(maxDifference(mirrored.picture.logits, upright.picture.logits)).toBeLessThanOrEqual(1e-4);
    for (const [stage, { depth, numHeads }] of upright.spec.stages.entries()) {
      const grids = upright.grids[stage]!;
      const { cls, tokens, keys } = grids;
      const key = Math.floor(cellCount(keys) * 0.7);
      const query = Math.floor(cellCount(tokens) * 0.7);
      for (let block = 0; block < depth; block++) {
        const received = mirrored.picture.received[stage]![block]!;
        expectMirrored(received, upright.picture.received[stage]![block]!, cls, keys);
        for (const head of [null, numHeads - 1]) {
          expectMirrored(
            await mirrored.picture.studies.row(stage, block, head, cls + mirrorCell(query, tokens)),
            await upright.picture.studies.row(stage, block, head, cls + query),
            cls,
            keys,
          );
          expectMirrored(
            await mirrored.picture.studies.column(stage, block, head, cls + mirrorCell(key, keys)),
            await upright.picture.studies.column(stage, block, head, cls + key),
            cls,
            tokens,
          );
        }
      }
      const statistics = await mirrored.picture.studies.statistics(stage);
      for (const [block, { distance, entropy }] of (await upright.picture.studies.statistics(stage)).entries()) {
        expect(maxDifference(statistics[block]!.distance, distance)).toBeLessThanOrEqual(1e-3);
        expect(maxDifference(statistics[block]!.entropy, entropy)).toBeLessThanOrEqual(1e-4);
      }
    }
  });

  test.each(['uniform', 'weighted'] as const)('a %s rollout is mirrored down to the pixels', async (spread) => {
    const cell = Math.floor(cellCount(upright.grids[1]!.tokens) * 0.7);
    const cls = upright.grids[1]!.cls;
    const token = (index: number): RolloutStart => ({ kind: 'token', stage: 1, token: cls + index });
    const pairs: readonly (readonly [RolloutStart, RolloutStart])[] = [
      [{ kind: 'answer' }, { kind: 'answer' }],
      [token(mirrorCell(cell, upright.grids[1]!.tokens)), token(cell)],
    ];
    for (const [from, to] of pairs) {
      const actual = await mirrored.picture.studies.rollout(from, spread);
      const expected = await upright.picture.studies.rollout(to, spread);
      expectMirrored(actual.pixels, expected.pixels, 0, SIZE);
      for (const [i, { tokens, stage, clsMass }] of expected.stages.entries()) {
        expectMirrored(actual.stages[i]!.tokens, tokens, 0, upright.grids[stage]!.tokens);
        expect(actual.stages[i]!.clsMass).toBeCloseTo(clsMass, 5);
      }
    }
  });

  test('an attribution is mirrored', async () => {
    const { cls, keys } = upright.grids.at(-1)!;
    const count = cls + cellCount(keys);
    const classes = [0, golden.numClasses - 1];
    const actual = await mirrored.picture.studies.attribution(classes);
    for (const [i, { keys: terms, mlp }] of (await upright.picture.studies.attribution(classes)).entries()) {
      expect(maxDifference(actual[i]!.mlp, mlp)).toBeLessThanOrEqual(1e-4);
      for (let at = 0; at < terms.length; at += count)
        expectMirrored(actual[i]!.keys.subarray(at, at + count), terms.subarray(at, at + count), cls, keys);
    }
  });
});

/** Every plane of `values`, [planes, rows, cols], with rows and columns exchanged. */
function mirror(values: Float32Array, grid: GridSize): Float32Array {
  const plane = cellCount(grid);
  const result = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const cell = i % plane;
    result[i - cell + mirrorCell(cell, grid)] = values[i]!;
  }
  return result;
}

function mirrorCell(cell: number, { rows, cols }: GridSize): number {
  return (cell % cols) * rows + Math.floor(cell / cols);
}

/** @param grid of `upright`; CLS comes first in both where there is one */
function expectMirrored(actual: Float32Array, upright: Float32Array, cls: 0 | 1, grid: GridSize): void {
  expect(upright).toHaveLength(cls + cellCount(grid));
  const expected = Float32Array.from(upright);
  expected.set(mirror(upright.subarray(cls), grid), cls);
  expect(maxDifference(actual, expected)).toBeLessThanOrEqual(1e-5);
}
