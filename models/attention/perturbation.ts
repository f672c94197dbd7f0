import { type GridGeometry, gridSize } from './geometry.ts';

/**
 * σ of the blur as a share of the input's shorter side: 14 pixels at 224, which leaves colours and layout and takes the shapes
 * (Fong & Vedaldi, arXiv 1704.03296, use 10).
 */
const BLUR_SHARE = 1 / 16;

/** Beyond three σ a Gaussian holds 0.3 % of its mass. */
const BLUR_REACH = 3;

/** [height · width]: the cell whose tile holds each pixel of the network's input. Tiles cover the input once. */
export function cellsOfPixels(grid: GridGeometry): Uint32Array {
  const { rows, cols } = grid;
  const columnOf = Uint32Array.from({ length: cols.inputSize }, (_, x) => cols.cellAt(x + 0.5));
  const cells = new Uint32Array(rows.inputSize * cols.inputSize);
  let pixel = 0;
  for (let y = 0; y < rows.inputSize; y++) {
    const first = rows.cellAt(y + 0.5) * gridSize(grid).cols;
    for (const column of columnOf) cells[pixel++] = first + column;
  }
  return cells;
}

/**
 * [height · width]: 1 for the pixels of the first `count` cells of `order`, 0 for the others.
 * @param pixelCells as {@link cellsOfPixels} gives it
 */
export function maskForCells(pixelCells: Uint32Array, order: Uint32Array, count: number): Uint8Array {
  const isTaken = new Uint8Array(order.length);
  for (const cell of order.subarray(0, count)) isTaken[cell] = 1;
  return Uint8Array.from(pixelCells, (cell) => isTaken[cell]!);
}

/** `from` [3, height, width] with the pixels of `mask` [height, width] taken out of `to`. */
export function mixInputs(from: Float32Array, to: Float32Array, mask: Uint8Array): Float32Array {
  const mixed = from.slice();
  for (let start = 0; start < mixed.length; start += mask.length)
    for (let pixel = 0; pixel < mask.length; pixel++) if (mask[pixel] === 1) mixed[start + pixel] = to[start + pixel]!;
  return mixed;
}

/**
 * A network input [3, height, width] with its shapes taken away by a wide Gaussian blur. What stands for "nothing there"
 * decides what a deletion curve measures: grey or black tiles have edges and colours of their own, which the network reads
 * as evidence and has never been trained on; a blurred picture keeps colour and light and stays near what it knows. At the
 * borders the kernel's part inside is made to sum to 1.
 */
export function blurredInput(input: Float32Array, height: number, width: number): Float32Array {
  const kernel = gaussian(Math.min(height, width) * BLUR_SHARE);
  const across = new Float32Array(input.length);
  const blurred = new Float32Array(input.length);
  for (let start = 0; start < input.length; start += height * width) {
    for (let y = 0; y < height; y++) blurLine(input, across, kernel, start + y * width, 1, width);
    for (let x = 0; x < width; x++) blurLine(across, blurred, kernel, start + x, width, height);
  }
  return blurred;
}

/** One row or column of `length` values, `step` apart. */
function blurLine(
  from: Float32Array,
  to: Float32Array,
  kernel: Float64Array,
  start: number,
  step: number,
  length: number,
): void {
  const reach = (kernel.length - 1) / 2;
  for (let i = 0; i < length; i++) {
    const first = Math.max(i - reach, 0);
    const end = Math.min(i + reach + 1, length);
    let sum = 0;
    let total = 0;
    for (let j = first; j < end; j++) {
      const weight = kernel[j - i + reach]!;
      sum += weight * from[start + j * step]!;
      total += weight;
    }
    to[start + i * step] = sum / total;
  }
}

function gaussian(sigma: number): Float64Array {
  const reach = Math.max(1, Math.ceil(BLUR_REACH * sigma));
  return Float64Array.from({ length: 2 * reach + 1 }, (_, i) => Math.exp(-0.5 * ((i - reach) / sigma) ** 2));
}
