import { cellCount, type GridSize, outputSize, type SlidingWindow } from '../cvt/grids.ts';

/** Tokens on their grid, CLS not among them. */
export interface GridTokens {
  readonly grid: GridSize;
  /** [rows · cols, C] */
  readonly tokens: Float32Array;
}

/** A depthwise convolution, BatchNorm folded in. */
export interface DepthwiseWeights {
  /** [C, k, k] */
  readonly kernel: Float32Array;
  /** [C] */
  readonly bias: Float32Array;
}

/** Depthwise convolution over tokens, paddings being zero. */
export function convolveTokens(
  input: GridTokens,
  { kernel, bias }: DepthwiseWeights,
  window: SlidingWindow,
): GridTokens {
  const width = bias.length;
  const taps = window.kernel ** 2;
  // By tap, so that the inner loop walks along both.
  const byTap = Float32Array.from(kernel, (_, i) => kernel[(i % width) * taps + Math.floor(i / width)]!);
  return slide(input, width, window, (output, at, covered) => {
    output.set(bias, at);
    for (let y = covered.top; y < covered.bottom; y++)
      for (let x = covered.left; x < covered.right; x++) {
        const tap = ((y - covered.y) * window.kernel + x - covered.x) * width;
        const from = (y * input.grid.cols + x) * width;
        for (let i = 0; i < width; i++) output[at + i] = output[at + i]! + byTap[tap + i]! * input.tokens[from + i]!;
      }
  });
}

/**
 * `AvgPool2d(kernel, stride, padding, ceil_mode=True)` over tokens as PyTorch computes it: paddings count in the divisor, the
 * part of a window that hangs over the padded end does not.
 */
export function poolTokens(input: GridTokens, width: number, window: SlidingWindow): GridTokens {
  const { rows, cols } = input.grid;
  const counted = (start: number, size: number) => Math.min(start + window.kernel, size + window.padding) - start;
  return slide(input, width, window, (output, at, covered) => {
    const divisor = counted(covered.y, rows) * counted(covered.x, cols);
    for (let y = covered.top; y < covered.bottom; y++)
      for (let x = covered.left; x < covered.right; x++) {
        const from = (y * cols + x) * width;
        for (let i = 0; i < width; i++) output[at + i] = output[at + i]! + input.tokens[from + i]! / divisor;
      }
  });
}

/** A window's place on the grid: its corner, which may lie in the padding, and the part inside. */
interface Covered {
  readonly y: number;
  readonly x: number;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function slide(
  { grid, tokens }: GridTokens,
  width: number,
  window: SlidingWindow,
  write: (output: Float32Array, at: number, covered: Covered) => void,
): GridTokens {
  if (tokens.length !== cellCount(grid) * width)
    throw new RangeError(`${tokens.length} values do not fit ${grid.rows}×${grid.cols} tokens of ${width}.`);
  const { kernel, stride, padding } = window;
  const result = { rows: outputSize(grid.rows, window), cols: outputSize(grid.cols, window) };
  const output = new Float32Array(cellCount(result) * width);
  for (let row = 0; row < result.rows; row++)
    for (let col = 0; col < result.cols; col++) {
      const y = row * stride - padding;
      const x = col * stride - padding;
      write(output, (row * result.cols + col) * width, {
        y,
        x,
        top: Math.max(y, 0),
        bottom: Math.min(y + kernel, grid.rows),
        left: Math.max(x, 0),
        right: Math.min(x + kernel, grid.cols),
      });
    }
  return { grid: result, tokens: output };
}
