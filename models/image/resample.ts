/**
 * Pillow's bicubic resize of 8-bit images, bit for bit: what the checkpoints were trained behind, and what neither a canvas
 * nor sharp's kernels reproduce. Source: Pillow, src/libImaging/Resample.c (precompute_coeffs, normalize_coeffs_8bpc,
 * ImagingResampleHorizontal_8bpc, ImagingResampleVertical_8bpc).
 *
 * Two differences, neither visible in the result: only what the crop needs is computed, and the second pass adds each row
 * to the output rows it reaches instead of keeping an intermediate image. Integer sums come out the same in any order, and memory stays
 * at a few megabytes however long and thin the picture is.
 */

/** A picture that hands out its rows, so that nobody has to hold an RGB copy of all of it. */
export interface RgbRows {
  readonly width: number;
  readonly height: number;
  /** Writes row `y` as 3 · `width` bytes, red first. */
  readRow(y: number, into: Uint8Array): void;
}

/** Whole pixels of the resized image. */
export interface Crop {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Fixed point: 8 bits of result and 2 of headroom for the overshoot of negative lobes leave 22 of 32. */
const PRECISION_BITS = 32 - 8 - 2;
const HALF = 1 << (PRECISION_BITS - 1);
const BICUBIC_A = -0.5;
const BICUBIC_SUPPORT = 2;

/**
 * `source` resized to `size` (in pixels, both at least 1), of which only `crop` is computed.
 * @returns [crop.height, crop.width, 3], row-major
 */
export function resampleBicubic(
  source: RgbRows,
  size: { readonly width: number; readonly height: number },
  crop: Crop,
): Uint8Array {
  const columns = tapsFor(source.width, size.width, crop.left, crop.width);
  const rows = tapsFor(source.height, size.height, crop.top, crop.height);
  const rowLength = crop.width * 3;
  const sums = new Int32Array(crop.height * rowLength).fill(HALF);
  const sourceRow = new Uint8Array(source.width * 3);
  const narrowRow = new Uint8ClampedArray(rowLength);

  const lastRow = rows.first[crop.height - 1]! + rows.count[crop.height - 1]!;
  // Windows move downwards with the output row, so those that hold row y are a run whose ends only ever advance.
  let open = 0;
  let next = 0;
  for (let y = rows.first[0]!; y < lastRow; y++) {
    while (next < crop.height && rows.first[next]! <= y) next++;
    while (open < next && rows.first[open]! + rows.count[open]! <= y) open++;
    if (open === next) continue;
    source.readRow(y, sourceRow);
    resampleRow(sourceRow, columns, narrowRow);
    for (let out = open; out < next; out++) {
      const tap = y - rows.first[out]!;
      if (tap < rows.count[out]!) addRow(sums, out * rowLength, narrowRow, rows.weights[out * rows.stride + tap]!);
    }
  }

  const result = new Uint8ClampedArray(sums.length);
  for (let i = 0; i < sums.length; i++) result[i] = sums[i]! >> PRECISION_BITS;
  return new Uint8Array(result.buffer);
}

/** For each output position its window over the input: first index, length, and `stride`-spaced fixed-point weights. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

function tapsFor(inputSize: number, outputSize: number, from: number, length: number): Taps {
  const scale = inputSize / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = BICUBIC_SUPPORT * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const inverse = 1 / filterScale;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const centre = (from + i + 0.5) * scale;
    const start = Math.max(Math.trunc(centre - support + 0.5), 0);
    const taps = Math.min(Math.trunc(centre + support + 0.5), inputSize) - start;
    let total = 0;
    for (let tap = 0; tap < taps; tap++) {
      const weight = bicubic((tap + start - centre + 0.5) * inverse);
      exact[tap] = weight;
      total += weight;
    }
    for (let tap = 0; tap < taps; tap++) {
      const weight = total === 0 ? exact[tap]! : exact[tap]! / total;
      weights[i * stride + tap] = Math.trunc(weight * (1 << PRECISION_BITS) + (weight < 0 ? -0.5 : 0.5));
    }
    first[i] = start;
    count[i] = taps;
  }
  return { first, count, weights, stride };
}

function bicubic(x: number): number {
  const t = Math.abs(x);
  if (t < 1) return ((BICUBIC_A + 2) * t - (BICUBIC_A + 3)) * t * t + 1;
  if (t < 2) return (((t - 5) * t + 8) * t - 4) * BICUBIC_A;
  return 0;
}

/** The first pass on one row. `into` clamps to 0–255 as it stores. */
function resampleRow(row: Uint8Array, taps: Taps, into: Uint8ClampedArray): void {
  const { first, count, weights, stride } = taps;
  for (let out = 0; out < first.length; out++) {
    let red = HALF;
    let green = HALF;
    let blue = HALF;
    let pixel = first[out]! * 3;
    const start = out * stride;
    const end = start + count[out]!;
    for (let tap = start; tap < end; tap++) {
      const weight = weights[tap]!;
      red += Math.imul(row[pixel]!, weight);
      green += Math.imul(row[pixel + 1]!, weight);
      blue += Math.imul(row[pixel + 2]!, weight);
      pixel += 3;
    }
    into[out * 3] = red >> PRECISION_BITS;
    into[out * 3 + 1] = green >> PRECISION_BITS;
    into[out * 3 + 2] = blue >> PRECISION_BITS;
  }
}

function addRow(sums: Int32Array, at: number, row: Uint8ClampedArray, weight: number): void {
  for (let i = 0; i < row.length; i++) sums[at + i] = sums[at + i]! + Math.imul(row[i]!, weight);
}
