import { printable } from '../bytes/printable.ts';
import { CheckpointError } from '../errors.ts';
import { readTensor } from '../formats/read-tensor.ts';
import { contiguousStrides } from '../formats/tensor-extent.ts';
import { DTYPE_BYTES, type TensorEntry } from '../formats/tensor-index.ts';
import type { CvtCheckpoint } from './open-cvt.ts';

/** Elements read at a time: 4 MiB as float32. */
const PIECE_ELEMENTS = 1 << 20;

/**
 * Reads every weight once and refuses those that are no finite float32. Memory stays at a few pieces of 4 MiB, or at one tensor
 * where its elements are scattered or written as text.
 * @param onProgress bytes of the file's tensors done, and all of them
 * @throws CheckpointError `not-finite`, naming the tensor, or as {@link readTensor}; CancelledError
 */
export async function checkFinite(
  checkpoint: CvtCheckpoint,
  signal?: AbortSignal,
  onProgress?: (done: number, total: number) => void,
): Promise<void> {
  const { source, tensors, name: file } = checkpoint;
  let total = 0;
  for (const { byteLength } of tensors.values()) total += byteLength;
  let done = 0;
  for (const [key, entry] of tensors)
    for (const piece of pieces(entry)) {
      const values = await readTensor(source, piece, signal);
      const culprit = firstNotFinite(values);
      if (culprit !== null)
        throw new CheckpointError(
          'not-finite',
          `${file}: ${printable(key)} holds ${culprit}, so the network would give no numbers. The training has failed or the file is damaged; use another checkpoint.`,
        );
      done += piece.byteLength;
      onProgress?.(done, total);
    }
}

/** A plain loop: over 277 million weights it takes a fraction of what a callback takes. */
function firstNotFinite(values: Float32Array): number | null {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return values[i]!;
  return null;
}

/** The tensor in parts that are read alone; where in it an element stands does not matter here. */
function* pieces(entry: TensorEntry): Generator<TensorEntry> {
  const { name, dtype, shape, offset, byteLength } = entry;
  if (entry.encoding || (entry.strides && !isDense(shape, entry.strides))) {
    yield entry;
    return;
  }
  const bytes = PIECE_ELEMENTS * DTYPE_BYTES[dtype];
  for (let start = 0; start < byteLength; start += bytes) {
    const length = Math.min(bytes, byteLength - start);
    yield { name, dtype, shape: [length / DTYPE_BYTES[dtype]], offset: offset + start, byteLength: length };
  }
}

/** Whether a view is all of its span in another order, as a transpose is. */
function isDense(shape: readonly number[], strides: readonly number[]): boolean {
  const axes = shape.map((_, axis) => axis).sort((a, b) => strides[b]! - strides[a]!);
  const dense = contiguousStrides(axes.map((axis) => shape[axis]!));
  return axes.every((axis, i) => shape[axis] === 1 || strides[axis] === dense[i]);
}
