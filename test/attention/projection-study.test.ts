import { describe, expect, it } from 'vitest';
import { principalComponents } from '../../models/attention/principal-components.ts';
import { pictureTokens, studyProjection, tokenNorms } from '../../models/attention/projection-study.ts';
import { eigenOfSymmetric } from '../../models/attention/symmetric-eigen.ts';
import { convolveTokens, type DepthwiseWeights, poolTokens } from '../../models/attention/token-windows.ts';
import { cellCount, type GridSize, outputSize, type SlidingWindow } from '../../models/cvt/grids.ts';
import { mulberry32, type Random } from './pointing/random.ts';
import { randomFloats, range, sum } from './reference.ts';
import { specOf } from './specs.ts';

const WINDOWS: readonly SlidingWindow[] = [
  { kernel: 3, stride: 2, padding: 1, ceil: false },
  { kernel: 3, stride: 1, padding: 1, ceil: false },
  { kernel: 1, stride: 3, padding: 2, ceil: false },
  { kernel: 5, stride: 3, padding: 4, ceil: false },
  { kernel: 3, stride: 2, padding: 1, ceil: true },
  { kernel: 3, stride: 2, padding: 0, ceil: true },
  { kernel: 2, stride: 3, padding: 0, ceil: true },
  { kernel: 5, stride: 2, padding: 2, ceil: true },
];
const GRIDS: readonly GridSize[] = [
  { rows: 7, cols: 7 },
  { rows: 6, cols: 9 },
  { rows: 5, cols: 8 },
];
const CHANNELS = 3;

describe.each(WINDOWS)('tokens under %o', (window) => {
  it.each(GRIDS)('are convolved by definition on %o', (grid) => {
    const random = mulberry32(grid.cols);
    const tokens = randomFloats(random, cellCount(grid) * CHANNELS);
    const weights = depthwise(random, window.kernel);
    const result = convolveTokens({ grid, tokens }, weights, window);
    const expected = overWindows(grid, window, (top, left, channel) => {
      const terms = range(window.kernel).flatMap((y) =>
        range(window.kernel).map((x) => {
          const weight = weights.kernel[(channel * window.kernel + y) * window.kernel + x]!;
          return weight * at(tokens, grid, top + y, left + x, channel);
        }),
      );
      return sum(terms) + weights.bias[channel]!;
    });
    expect(result.grid).toEqual({ rows: outputSize(grid.rows, window), cols: outputSize(grid.cols, window) });
    expectClose(result.tokens, expected);
  });

  it.each(GRIDS)('are pooled as PyTorch divides on %o', (grid) => {
    const tokens = randomFloats(mulberry32(grid.rows), cellCount(grid) * CHANNELS);
    const result = poolTokens({ grid, tokens }, CHANNELS, window);
    const { kernel, padding } = window;
    const expected = overWindows(grid, window, (top, left, channel) => {
      // Every place of the window that lies in the padded grid counts, whether it holds a token or a zero.
      const counted = range(kernel).flatMap((y) =>
        range(kernel)
          .filter((x) => top + y < grid.rows + padding && left + x < grid.cols + padding)
          .map((x) => at(tokens, grid, top + y, left + x, channel)),
      );
      return sum(counted) / counted.length;
    });
    expectClose(result.tokens, expected);
  });
});

describe('poolTokens', () => {
  it('divides what hangs over by what is left of it', () => {
    // AvgPool2d(3, 2, 1, ceil_mode=True) over 0 to 15, by hand: paddings count, the part beyond them does not.
    const grid = { rows: 4, cols: 4 };
    const tokens = Float32Array.from({ length: 16 }, (_, i) => i);
    const { tokens: pooled } = poolTokens({ grid, tokens }, 1, { kernel: 3, stride: 2, padding: 1, ceil: true });
    const expected = [10 / 9, 24 / 9, 10 / 6, 51 / 9, 90 / 9, 33 / 6, 25 / 6, 42 / 6, 15 / 4];
    expectClose(pooled, expected);
  });
});

describe('principalComponents', () => {
  const cases: [what: string, count: number, width: number][] = [
    ['many tokens', 300, 12],
    ['fewer tokens than channels', 9, 40],
    ['as many channels as vectors', 50, 8],
    ['fewer channels than vectors', 60, 4],
  ];
  it.each(cases)('agrees with all eigenvectors of the covariance: %s', (_, count, width) => {
    const tokens = spreadTokens(mulberry32(width), count, width);
    const { directions, coordinates, explained } = principalComponents(tokens, width);
    const { values, vectors } = covarianceEigen(tokens, width);
    const total = sum(values);
    for (const index of range(3)) {
      expect(explained[index]).toBeCloseTo(values[index]! / total, 4);
      const vector = vectors[index]!;
      const largest = vector.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
      for (const i of range(width)) expect(directions[index]![i]).toBeCloseTo(vector[i]! * Math.sign(largest), 3);
      expect(sum(coordinates[index]!)).toBeCloseTo(0, 3);
      expect(sum(coordinates[index]!.map((value) => value * value)) / values[index]!).toBeCloseTo(1, 4);
    }
  });

  it('finds fewer where there are fewer', () => {
    const direction = [1, -2, 0.5, 3, 0];
    const tokens = Float32Array.from({ length: 20 * 5 }, (_, i) => Math.floor(i / 5) * direction[i % 5]! + 7);
    const { explained, coordinates } = principalComponents(tokens, 5);
    expect(explained[0]).toBeCloseTo(1, 6);
    expect(explained.slice(1)).toEqual([0, 0]);
    expect(coordinates[1]!.every((value) => value === 0)).toBe(true);
  });

  it('finds none in tokens that are all alike', () => {
    const tokens = Float32Array.from({ length: 20 * 5 }, (_, i) => 1e3 + (i % 5) / 3);
    expect(principalComponents(tokens, 5).explained).toEqual([0, 0, 0]);
    expect(principalComponents(tokens.subarray(0, 5), 5).explained).toEqual([0, 0, 0]);
  });

  it('stops where no direction stands out', () => {
    const { explained } = principalComponents(randomFloats(mulberry32(3), 4000 * 24), 24);
    for (const share of explained) expect(share).toBeCloseTo(1 / 24, 1);
  });
});

describe('eigenOfSymmetric', () => {
  it('takes a matrix apart that its parts give again', () => {
    const size = 6;
    const random = mulberry32(9);
    const half = randomFloats(random, size * size);
    const matrix = Float64Array.from(half, (value, i) => value + half[(i % size) * size + Math.floor(i / size)]!);
    const { values, vectors } = eigenOfSymmetric(matrix, size);
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
    for (const y of range(size))
      for (const x of range(size)) {
        const entry = sum(range(size).map((k) => values[k]! * vectors[y * size + k]! * vectors[x * size + k]!));
        expect(entry).toBeCloseTo(matrix[y * size + x]!, 9);
        const overlap = sum(range(size).map((k) => vectors[k * size + x]! * vectors[k * size + y]!));
        expect(overlap).toBeCloseTo(x === y ? 1 : 0, 9);
      }
  });
});

describe('pictureTokens', () => {
  it('scales colours from percentile to percentile and keeps outliers inside', () => {
    const tokens = Float32Array.from({ length: 400 * 2 }, (_, i) => (i % 2 ? 0 : Math.floor(i / 2)));
    tokens[0] = -1e5;
    const { components, explained, norms } = pictureTokens({ grid: { rows: 20, cols: 20 }, tokens }, 2);
    const red = range(400).map((cell) => components[cell * 3]!);
    expect(Math.min(...red)).toBe(0);
    expect(Math.max(...red)).toBe(1);
    expect(red[200]).toBeGreaterThan(0.45);
    expect(red[200]).toBeLessThan(0.55);
    // No second or third component: the middle everywhere.
    expect(new Set(range(400).map((cell) => components[cell * 3 + 1]))).toEqual(new Set([0.5]));
    expect(explained.slice(1)).toEqual([0, 0]);
    expect(norms[17]).toBe(17);
  });

  it('measures lengths', () => {
    expect([...tokenNorms(Float32Array.of(3, 4, 0, 0, -5, 12), 2)]).toEqual([5, 0, 13]);
  });
});

describe('studyProjection', () => {
  const grid = { rows: 5, cols: 6 };
  const random = mulberry32(5);
  const tokens = randomFloats(random, 30 * CHANNELS);
  const input = { grid, tokens };
  const stageOf = (projection: 'dw_bn' | 'avg' | 'linear') =>
    specOf({ projection, embedDim: CHANNELS, kernelQkv: 3, paddingKv: 1, strideKv: 2, paddingQ: 1 }).stages[0]!;

  it('convolves queries at stride 1, keys and values at theirs', () => {
    const weights = { q: depthwise(random, 3), k: depthwise(random, 3), v: depthwise(random, 3) };
    const study = studyProjection(stageOf('dw_bn'), input, weights);
    expect(study).toMatchObject({ method: 'dw_bn', kernelSize: 3, strideKv: 2, channels: CHANNELS });
    expect(study.kernels!.v).toBe(weights.v.kernel);
    for (const kind of ['q', 'k', 'v'] as const) {
      const stride = kind === 'q' ? 1 : 2;
      const { tokens: expected } = convolveTokens(input, weights[kind], { kernel: 3, stride, padding: 1, ceil: false });
      expect(study.after[kind].grid).toEqual(kind === 'q' ? grid : { rows: 3, cols: 3 });
      expect([...study.after[kind].norms]).toEqual([...tokenNorms(expected, CHANNELS)]);
    }
    expect([...study.before.norms]).toEqual([...tokenNorms(tokens, CHANNELS)]);
  });

  it('pools keys and values only', () => {
    const study = studyProjection(stageOf('avg'), input, null);
    expect(study.kernels).toBeNull();
    expect(study.after.q).toEqual(study.before);
    expect(study.after.k.grid).toEqual({ rows: 3, cols: 4 });
    expect(study.after.v).toEqual(study.after.k);
  });

  it('leaves everything as it is with a linear projection', () => {
    const { before, after, kernels } = studyProjection(stageOf('linear'), input, null);
    expect(kernels).toBeNull();
    expect([after.q, after.k, after.v]).toEqual([before, before, before]);
  });

  it('refuses tokens of another stage and convolutions without weights', () => {
    expect(() => studyProjection(stageOf('avg'), { grid, tokens: tokens.subarray(1) }, null)).toThrow(RangeError);
    expect(() => studyProjection(stageOf('dw_bn'), input, null)).toThrow(RangeError);
  });
});

function depthwise(random: Random, kernel: number): DepthwiseWeights {
  return { kernel: randomFloats(random, CHANNELS * kernel ** 2), bias: randomFloats(random, CHANNELS) };
}

/** 0 in the padding. */
function at(tokens: Float32Array, { rows, cols }: GridSize, y: number, x: number, channel: number): number {
  return y >= 0 && x >= 0 && y < rows && x < cols ? tokens[(y * cols + x) * CHANNELS + channel]! : 0;
}

function overWindows(
  grid: GridSize,
  window: SlidingWindow,
  value: (top: number, left: number, channel: number) => number,
): number[] {
  const starts = (size: number) => range(outputSize(size, window)).map((i) => i * window.stride - window.padding);
  return starts(grid.rows).flatMap((top) =>
    starts(grid.cols).flatMap((left) => range(CHANNELS).map((channel) => value(top, left, channel))),
  );
}

/** Tokens whose components are well apart, so that each has one direction only. */
function spreadTokens(random: Random, count: number, width: number): Float32Array {
  const mix = randomFloats(random, width * width);
  const tokens = range(count).flatMap(() => {
    const parts = range(width).map((i) => (2 * random() - 1) / (1 + i) ** 1.5);
    return range(width).map((i) => 3 + sum(parts.map((part, k) => part * mix[k * width + i]!)));
  });
  return Float32Array.from(tokens);
}

/** Every eigenvector of the scatter matrix by two-sided Jacobi on whole matrices: slow, plain, and not the product's way. */
function covarianceEigen(tokens: Float32Array, width: number): { values: number[]; vectors: number[][] } {
  const count = tokens.length / width;
  const mean = range(width).map((i) => sum(range(count).map((t) => tokens[t * width + i]!)) / count);
  const a = range(width).map((i) =>
    range(width).map((j) =>
      sum(range(count).map((t) => (tokens[t * width + i]! - mean[i]!) * (tokens[t * width + j]! - mean[j]!))),
    ),
  );
  const vectors = range(width).map((i) => range(width).map((j) => Number(i === j)));
  for (let sweep = 0; sweep < 20; sweep++)
    for (let p = 0; p < width; p++)
      for (let q = p + 1; q < width; q++) {
        const angle = 0.5 * Math.atan2(2 * a[p]![q]!, a[p]![p]! - a[q]![q]!);
        const [c, s] = [Math.cos(angle), Math.sin(angle)];
        for (const row of [...a, ...vectors]) [row[p], row[q]] = [c * row[p]! + s * row[q]!, c * row[q]! - s * row[p]!];
        const [up, uq] = [[...a[p]!], [...a[q]!]];
        for (let k = 0; k < width; k++) [a[p]![k], a[q]![k]] = [c * up[k]! + s * uq[k]!, c * uq[k]! - s * up[k]!];
      }
  const order = range(width).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => vectors.map((row) => row[i]!)) };
}

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 5);
}
