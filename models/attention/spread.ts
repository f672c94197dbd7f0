import { cellCount, type GridSize, outputSize, type SlidingWindow } from '../cvt/grids.ts';
import { NORM_EPSILON } from '../cvt/norms.ts';

/**
 * Hands the mass of a window's cells down to the cells that each of them covers: the transpose of a convolution, with every
 * cell's weights made to sum to 1 inside the grid. Paddings get nothing, so that no mass is lost at the borders. Where a
 * window covers nothing but padding along a side, the row or column nearest to it stands for that side.
 *
 * The operator P of the rollout (keys → tokens) with the projection's window, and T (tokens → the grid they were
 * embedded from, or pixels) with the patch embedding's.
 * @param mass of the window's cells, row-major
 * @param onto the grid that the window slides over
 * @param taps [kernel²], non-negative, by which a cell's mass is divided; null, or where those inside the grid are all 0: evenly
 * @returns [rows · cols] of `onto`; its sum is that of `mass`
 * @throws RangeError where `mass` or `taps` are not of the window's size
 */
export function spreadOver(
  mass: Float64Array,
  onto: GridSize,
  window: SlidingWindow,
  taps: Float32Array | null,
): Float64Array {
  const rows = sideRanges(onto.rows, window);
  const cols = sideRanges(onto.cols, window);
  if (mass.length !== rows.length * cols.length)
    throw new RangeError(`${mass.length} values do not fit ${rows.length}×${cols.length} windows.`);
  if (taps && taps.length !== window.kernel ** 2)
    throw new RangeError(`${taps.length} weights do not fit a window of ${window.kernel}×${window.kernel}.`);
  const spread = new Float64Array(cellCount(onto));
  let cell = 0;
  for (const row of rows)
    for (const col of cols) {
      const share = mass[cell++]!;
      if (share === 0) continue;
      const weights = taps && row.isInside && col.isInside && weightsInside(taps, window.kernel, row, col);
      if (weights) addWeighted(spread, onto.cols, row, col, weights, share);
      else addEvenly(spread, onto.cols, row, col, share);
    }
  return spread;
}

/**
 * [kernel²]: how much of a depthwise convolution's weight lies on each of its taps, Σ over channels of |w · γ / √(σ² + ε)|.
 * @param kernel [channels, kernel²]
 * @param gamma [channels], BatchNorm's weight
 * @param variance [channels], BatchNorm's running variance
 * @throws RangeError where the sizes do not go together
 */
export function tapWeights(kernel: Float32Array, gamma: Float32Array, variance: Float32Array): Float32Array {
  const channels = gamma.length;
  const taps = kernel.length / channels;
  if (variance.length !== channels || !Number.isInteger(taps))
    throw new RangeError(`A kernel of ${kernel.length} values does not fit ${channels} channels.`);
  const sums = new Float64Array(taps);
  for (let channel = 0; channel < channels; channel++) {
    const factor = gamma[channel]! / Math.sqrt(variance[channel]! + NORM_EPSILON);
    for (let tap = 0; tap < taps; tap++) sums[tap] = sums[tap]! + Math.abs(kernel[channel * taps + tap]! * factor);
  }
  return Float32Array.from(sums);
}

/** Along one side, the cells that a window covers: `first` to before `end`, never empty. */
interface SideRange {
  readonly first: number;
  readonly end: number;
  /** The tap that lies on `first`. */
  readonly tap: number;
  /** False where the window covers padding only, and the nearest cell stands in. */
  readonly isInside: boolean;
}

function sideRanges(size: number, window: SlidingWindow): SideRange[] {
  const { kernel, stride, padding } = window;
  return Array.from({ length: outputSize(size, window) }, (_, index) => {
    const start = index * stride - padding;
    const first = Math.max(start, 0);
    const end = Math.min(start + kernel, size);
    if (first < end) return { first, end, tap: first - start, isInside: true };
    const nearest = start < 0 ? 0 : size - 1;
    return { first: nearest, end: nearest + 1, tap: 0, isInside: false };
  });
}

/** The taps inside the grid, row by row, made to sum to 1; null where they are all 0. */
function weightsInside(taps: Float32Array, kernel: number, row: SideRange, col: SideRange): Float64Array | null {
  const height = row.end - row.first;
  const width = col.end - col.first;
  const inside = new Float64Array(height * width);
  let total = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const weight = taps[(row.tap + y) * kernel + col.tap + x]!;
      inside[y * width + x] = weight;
      total += weight;
    }
  return total > 0 ? inside.map((weight) => weight / total) : null;
}

function addWeighted(
  spread: Float64Array,
  stride: number,
  row: SideRange,
  col: SideRange,
  weights: Float64Array,
  share: number,
): void {
  let at = 0;
  for (let y = row.first; y < row.end; y++)
    for (let x = col.first; x < col.end; x++) spread[y * stride + x] = spread[y * stride + x]! + share * weights[at++]!;
}

function addEvenly(spread: Float64Array, stride: number, row: SideRange, col: SideRange, share: number): void {
  const each = share / ((row.end - row.first) * (col.end - col.first));
  for (let y = row.first; y < row.end; y++)
    for (let x = col.first; x < col.end; x++) spread[y * stride + x] = spread[y * stride + x]! + each;
}
