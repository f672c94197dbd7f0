import { describe, expect, it } from 'vitest';
import { type Attend, type RolloutNetwork, type RolloutStart, rollout } from '../../models/attention/rollout.ts';
import { tapWeights } from '../../models/attention/spread.ts';
import { cellCount, type GridSize, keyWindow, type SlidingWindow, stageGrids } from '../../models/cvt/grids.ts';
import { mulberry32 } from './pointing/random.ts';
import {
  attentionMatrix,
  type Matrix,
  meanMatrix,
  product,
  type RandomNetwork,
  randomFloats,
  randomNetwork,
  randomTaps,
  range,
  sum,
} from './reference.ts';
import { OFFICIAL, specOf } from './specs.ts';

/** Attention and convolution weights that a network of its own seed would have. */
function dressed({ spec, height, width }: RandomNetwork, seed: number) {
  const random = mulberry32(seed);
  const grids = stageGrids(spec, height, width);
  const attention = spec.stages.map(({ numHeads, depth }, stage) => {
    const { cls, tokens, keys } = grids[stage]!;
    return range(depth).map(() =>
      meanMatrix(attentionMatrix(randomTaps(random, numHeads, cls + cellCount(tokens), cls + cellCount(keys), 2))),
    );
  });
  const taps = spec.stages.map(({ depth, kernelQkv }) =>
    range(depth).map(() => randomFloats(random, kernelQkv ** 2).map(Math.abs)),
  );
  const network: RolloutNetwork = { spec, height, width, valueTaps: (stage, block) => taps[stage]![block]! };
  const attend: Attend = async (stage, block, r) => Float32Array.from(product([[...r]], attention[stage]![block]!)[0]!);
  return { spec, height, width, grids, attention, taps, network, attend };
}

type Dressed = ReturnType<typeof dressed>;

/** The whole rollout as dense matrices: per stage the product of its blocks, and from its tokens down to the pixels. */
function denseRollout(all: Dressed, isWeighted: boolean): { blocks: Matrix; down: Matrix; cls: 0 | 1 }[] {
  const { spec, height, width, grids, attention, taps } = all;
  return spec.stages.map((stage, index) => {
    const { cls, tokens } = grids[index]!;
    const window = keyWindow(stage);
    const identity = diagonal(cls + cellCount(tokens));
    let blocks = identity;
    for (const block of range(stage.depth)) {
      const weights = isWeighted && stage.projection === 'dw_bn' ? taps[index]![block]! : null;
      const p = window ? withClsCorner(spreadMatrix(tokens, window, weights), cls) : identity;
      const attended = product(attention[index]![block]!, p);
      const step = attended.map((row, y) => row.map((value, x) => (value + identity[y]![x]!) / 2));
      // The last block acts on the row vector first.
      blocks = product(step, blocks);
    }
    const below = grids[index - 1];
    const onto = below?.tokens ?? { rows: height, cols: width };
    const embed = { kernel: stage.patchSize, stride: stage.patchStride, padding: stage.patchPadding, ceil: false };
    const t = spreadMatrix(onto, embed, null);
    // CLS's mass goes nowhere, and none arrives at the CLS of the stage below.
    const rows = cls ? [t[0]!.map(() => 0), ...t] : t;
    return { blocks, down: below?.cls ? rows.map((row) => [0, ...row]) : rows, cls };
  });
}

/** [window cells][cells of `onto`], each row sums to 1: the definition, cell by cell. */
function spreadMatrix(onto: GridSize, window: SlidingWindow, weights: Float32Array | null): Matrix {
  const rows = positions(onto.rows, window);
  const cols = positions(onto.cols, window);
  return rows.flatMap((top) =>
    cols.map((left) => {
      const inside = (start: number, i: number) => i >= start && i < start + window.kernel;
      const seesRows = range(onto.rows).some((y) => inside(top, y));
      const seesCols = range(onto.cols).some((x) => inside(left, x));
      const raw = range(onto.rows).flatMap((y) =>
        range(onto.cols).map((x): number => {
          const hasRow = seesRows ? inside(top, y) : y === (top < 0 ? 0 : onto.rows - 1);
          const hasCol = seesCols ? inside(left, x) : x === (left < 0 ? 0 : onto.cols - 1);
          if (!(hasRow && hasCol)) return 0;
          return weights && seesRows && seesCols ? weights[(y - top) * window.kernel + x - left]! : 1;
        }),
      );
      const total = sum(raw);
      return raw.map((value) => value / total);
    }),
  );
}

/** Where windows start, by PyTorch's words for ceil_mode. */
function positions(size: number, { kernel, stride, padding, ceil }: SlidingWindow): number[] {
  const all: number[] = [];
  for (let start = -padding; ; start += stride) {
    const fits = start + kernel <= size + padding;
    const hangsOver = ceil && start < size && (all.at(-1) ?? start) + kernel < size + padding;
    if (!fits && !hangsOver) return all;
    all.push(start);
  }
}

function withClsCorner(matrix: Matrix, cls: 0 | 1): Matrix {
  if (cls === 0) return matrix;
  return [[1, ...matrix[0]!.map(() => 0)], ...matrix.map((row) => [0, ...row])];
}

function diagonal(size: number): Matrix {
  return range(size).map((y) => range(size).map((x) => (x === y ? 1 : 0)));
}

/** What the dense matrices say a rollout from `start` reaches. */
function expectedRollout(dense: ReturnType<typeof denseRollout>, start: RolloutStart) {
  const from = start.kind === 'answer' ? dense.length - 1 : start.stage;
  const count = dense[from]!.blocks.length;
  const token = start.kind === 'token' ? start.token : 0;
  const isMean = start.kind === 'answer' && dense[from]!.cls === 0;
  let r: Matrix = [range(count).map((i) => (isMean ? 1 / count : Number(i === token)))];
  const stages = [];
  for (let stage = from; stage >= 0; stage--) {
    const { blocks, down, cls } = dense[stage]!;
    r = product(r, blocks);
    stages.push({ stage, tokens: r[0]!.slice(cls), clsMass: cls ? r[0]![0]! : 0 });
    r = product(r, down);
  }
  return { stages, pixels: r[0]! };
}

const SEEDS = range(30).map((i) => i + 1);

describe.each(SEEDS)('a network of seed %i', (seed) => {
  const all = dressed(randomNetwork(seed), seed);
  const { spec, grids } = all;
  const dense = { uniform: denseRollout(all, false), weighted: denseRollout(all, true) };
  const middle = Math.floor((spec.stages.length - 1) / 2);
  const lastToken = grids[middle]!.cls + cellCount(grids[middle]!.tokens) - 1;
  const starts: RolloutStart[] = [
    { kind: 'answer' },
    { kind: 'token', stage: middle, token: 0 },
    { kind: 'token', stage: middle, token: lastToken },
  ];
  it.each(starts)('equals the product of whole matrices from %o', async (start) => {
    for (const spread of ['uniform', 'weighted'] as const) {
      const actual = await rollout(all.network, start, spread, all.attend);
      const expected = expectedRollout(dense[spread], start);
      expect(actual).toMatchObject({ start, spread });
      expect(actual.stages.map(({ stage }) => stage)).toEqual(expected.stages.map(({ stage }) => stage));
      for (const [at, stage] of expected.stages.entries()) {
        expect(actual.stages[at]!.clsMass).toBeCloseTo(stage.clsMass, 6);
        expectClose(actual.stages[at]!.tokens, stage.tokens);
      }
      expectClose(actual.pixels, expected.pixels);
    }
  });

  it('is non-negative and loses nothing but what CLS keeps', async () => {
    const { stages, pixels } = await rollout(all.network, { kind: 'answer' }, 'weighted', all.attend);
    let kept = 0;
    for (const { tokens, clsMass } of stages) {
      kept += clsMass;
      expect(Math.min(...tokens)).toBeGreaterThanOrEqual(0);
      expect(sum(tokens) + kept).toBeCloseTo(1, 5);
    }
    expect(Math.min(...pixels)).toBeGreaterThanOrEqual(0);
    expect(sum(pixels) + kept).toBeCloseTo(1, 5);
  });
});

describe('rollout', () => {
  const small = { spec: OFFICIAL, height: 32, width: 48 };

  it('stays where nothing attends elsewhere: half of CLS’s mass per block', async () => {
    const spec = specOf({ depth: 3, clsToken: true, numHeads: 1, embedDim: 2 });
    const { grids, network } = dressed({ spec, height: 9, width: 9 }, 1);
    // Every query spreads over the grid's keys and leaves CLS out.
    const keys = cellCount(grids[0]!.keys);
    const attend: Attend = async (_, __, r) =>
      Float32Array.from({ length: keys + 1 }, (___, key) => (key === 0 ? 0 : sum(r) / keys));
    const { stages } = await rollout(network, { kind: 'answer' }, 'uniform', attend);
    expect(stages[0]!.clsMass).toBeCloseTo(1 / 8, 6);
  });

  it('loses no mass to a window that covers padding only', async () => {
    const spec = specOf({
      patchSize: 1,
      patchStride: 3,
      patchPadding: 2,
      projection: 'dw_bn',
      kernelQkv: 1,
      paddingQ: 0,
      paddingKv: 2,
    });
    const all = dressed({ spec, height: 8, width: 8 }, 2);
    const { pixels } = await rollout(all.network, { kind: 'answer' }, 'weighted', all.attend);
    expect(sum(pixels)).toBeCloseTo(1, 5);
  });

  it('spreads evenly where all of a window’s weights are zero', async () => {
    const all = dressed({ spec: specOf({ numHeads: 1, embedDim: 2 }), height: 9, width: 9 }, 3);
    const zero = { ...all.network, valueTaps: () => new Float32Array(9) };
    const start = { kind: 'answer' } as const;
    const weighted = await rollout(zero, start, 'weighted', all.attend);
    const uniform = await rollout(zero, start, 'uniform', all.attend);
    expect(weighted.pixels).toEqual(uniform.pixels);
  });

  it('reports every block and walks them backwards', async () => {
    const all = dressed({ ...small, spec: specOf({ depth: 2 }, { depth: 3, clsToken: true }) }, 4);
    const asked: string[] = [];
    const progress: [number, number][] = [];
    await rollout(
      all.network,
      { kind: 'answer' },
      'uniform',
      (stage, block, r) => {
        asked.push(`${stage}.${block}`);
        return all.attend(stage, block, r);
      },
      { onProgress: (done, total) => progress.push([done, total]) },
    );
    expect(asked).toEqual(['1.2', '1.1', '1.0', '0.1', '0.0']);
    expect(progress).toEqual(range(5).map((done) => [done + 1, 5]));
  });

  it('stops when it is cancelled', async () => {
    const all = dressed({ ...small, spec: specOf({ depth: 3 }) }, 5);
    const controller = new AbortController();
    let asked = 0;
    const attend: Attend = (...request) => {
      if (++asked === 2) controller.abort();
      return all.attend(...request);
    };
    const options = { signal: controller.signal };
    await expect(rollout(all.network, { kind: 'answer' }, 'uniform', attend, options)).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(asked).toBe(2);
  });

  const missing: RolloutStart[] = [
    { kind: 'token', stage: 3, token: 0 },
    { kind: 'token', stage: -1, token: 0 },
    { kind: 'token', stage: 0, token: 8 * 12 },
    { kind: 'token', stage: 2, token: 2 * 3 + 1 },
    { kind: 'token', stage: 2, token: 0.5 },
  ];
  it.each(missing)('refuses to start at %o', async (start) => {
    const network = { ...small, valueTaps: () => new Float32Array(9) };
    await expect(rollout(network, start, 'uniform', async () => new Float32Array())).rejects.toMatchObject({
      code: 'engine-bad-request',
    });
  });
});

describe('tapWeights', () => {
  it('sums the folded magnitudes over channels', () => {
    const kernel = Float32Array.of(1, -2, 0, 4, 5, 6, -7, 8);
    const weights = tapWeights(kernel, Float32Array.of(2, -3), Float32Array.of(4, 0.25));
    const factors = [2 / Math.sqrt(4 + 1e-5), 3 / Math.sqrt(0.25 + 1e-5)];
    const expected = range(4).map((tap) =>
      sum(range(2).map((channel) => Math.abs(kernel[channel * 4 + tap]!) * factors[channel]!)),
    );
    expectClose(weights, expected, 4);
  });
});

function expectClose(actual: Float32Array, expected: readonly number[], digits = 6): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, digits);
}
