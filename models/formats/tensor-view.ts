import { contiguousStrides, isContiguous } from './tensor-extent.ts';
import type { TensorEntry } from './tensor-index.ts';

/** The same bytes with their axes in another order: axis i of the view is axis `axes[i]` of the tensor, as numpy's transpose. */
export function permuted(entry: TensorEntry, axes: readonly number[]): TensorEntry {
  const { strides: given, ...rest } = entry;
  const before = given ?? contiguousStrides(entry.shape);
  const shape = axes.map((axis) => entry.shape[axis]!);
  const strides = axes.map((axis) => before[axis]!);
  return isContiguous(shape, strides) ? { ...rest, shape } : { ...rest, shape, strides };
}
