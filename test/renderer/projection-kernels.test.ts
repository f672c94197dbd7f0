import { expect, test } from 'vitest';
import type { ProjectionStudy, TokenPicture } from '../../models/attention/projection-study.ts';
import {
  channelOrder,
  kernelGrid,
  kernelNorms,
  kernelOf,
  largestWeight,
  moveKernel,
  visibleKernels,
} from '../../renderer/screens/inspect/projection/kernels.ts';
import { explainedText, projectionText } from '../../renderer/screens/inspect/projection/projection-words.ts';

/** Three channels of 2×2. */
const KERNELS = Float32Array.of(1, 0, 0, 0, 3, 0, 0, -4, 0, 2, 0, 0);

test('channels are ordered by the length of their kernels, or as they are counted', () => {
  const norms = kernelNorms(KERNELS, 2);
  expect([...norms]).toEqual([1, 5, 2]);
  expect(channelOrder(norms, 'norm')).toEqual([1, 2, 0]);
  expect(channelOrder(norms, 'channel')).toEqual([0, 1, 2]);
  expect([...kernelOf(KERNELS, 2, 1)]).toEqual([3, 0, 0, -4]);
});

test('q, k and v share one scale', () => {
  expect(largestWeight({ q: KERNELS, k: Float32Array.of(-7), v: Float32Array.of(6) })).toBe(7);
});

test.each([
  { channels: 64, kernelSize: 3, width: 292 },
  { channels: 1024, kernelSize: 3, width: 248 },
  { channels: 1, kernelSize: 7, width: 292 },
])('every kernel is drawn in some view, and few in one: %o', ({ channels, kernelSize, width }) => {
  const grid = kernelGrid(channels, kernelSize, width);
  expect(grid.columns * grid.pitch).toBeLessThanOrEqual(width + 4);
  const drawn = new Set<number>();
  for (let top = 0; top < grid.height; top += 100) {
    const [first, end] = visibleKernels(grid, channels, top, 172);
    expect(end - first).toBeLessThan(120);
    for (let at = first; at < end; at += 1) drawn.add(at);
  }
  expect(drawn.size).toBe(channels);
});

test.each([
  ['ArrowRight', 9, 10],
  ['ArrowLeft', 0, 0],
  ['ArrowDown', 5, 15],
  ['ArrowDown', 95, 95],
  ['PageDown', 5, 55],
  ['End', 5, 99],
  ['x', 5, null],
])('%s goes from kernel %i to %s', (key, from, to) => {
  expect(moveKernel(key, from, { columns: 10, rows: 10, cell: 8, pitch: 28, height: 276 }, 100)).toBe(to);
});

function study(method: ProjectionStudy['method'], keys: number): ProjectionStudy {
  const picture = (side: number): TokenPicture => ({
    grid: { rows: side, cols: side },
    norms: new Float32Array(side * side),
    components: new Float32Array(3 * side * side),
    explained: [0, 0, 0],
  });
  return {
    method,
    kernelSize: 3,
    strideKv: 2,
    channels: 8,
    kernels: null,
    before: picture(56),
    after: { q: picture(56), k: picture(keys), v: picture(keys) },
  };
}

test('a projection is told with its stride and grids, and one without kernels says so', () => {
  expect(projectionText(study('dw_bn', 28))).toMatch(/depthwise 3×3 .*stride 2, 56² → 28²/);
  expect(projectionText(study('avg', 28))).toMatch(/averages of 3×3 .*stride 2, 56² → 28².*no kernels/);
  expect(projectionText(study('linear', 56))).toMatch(/no kernels/);
  expect(explainedText([0.414, 0.2, 0])).toBe('red 41\u202f%, green 20\u202f%, blue 0\u202f%');
});
