/** What shapes and strides amount to. Sizes are checked for overflow: they come from files. */

/** PyTorch has at most 64 dimensions; no checkpoint comes near. */
export const MAX_RANK = 64;

/** Elements of a tensor of `shape`, or null beyond 2^53 − 1. A scalar has one. */
export function elementCount(shape: readonly number[]): number | null {
  if (shape.includes(0)) return 0;
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return null;
  }
  return count;
}

/** Row-major strides in elements. The shape's count must be known to be safe. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let d = shape.length - 1; d >= 0; d--) {
    strides[d] = step;
    step *= shape[d]!;
  }
  return strides;
}

/** Strides of dimensions with one index are free, and so are all where there is no element. */
export function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  if (shape.includes(0)) return true;
  const expected = contiguousStrides(shape);
  return shape.every((size, d) => size === 1 || strides[d] === expected[d]);
}

/** Elements from the first to the last that the shape and strides (not negative) reach, or null beyond 2^53 − 1. */
export function elementReach(shape: readonly number[], strides: readonly number[]): number | null {
  if (shape.includes(0)) return 0;
  let reach = 1;
  for (const [d, size] of shape.entries()) {
    reach += (size - 1) * strides[d]!;
    if (!Number.isSafeInteger(reach)) return null;
  }
  return reach;
}
