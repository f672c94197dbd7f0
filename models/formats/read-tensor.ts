import type { ByteSource } from '../bytes/byte-source.ts';
import { decodeBfloat16, decodeHalf } from '../bytes/half.ts';
import { latin1Bytes } from '../bytes/latin1.ts';
import { printable } from '../bytes/printable.ts';
import { CheckpointError, throwIfCancelled } from '../errors.ts';
import { contiguousStrides, elementCount, elementReach } from './tensor-extent.ts';
import { DTYPE_BYTES, type DType, type TensorEntry } from './tensor-index.ts';

/**
 * The most that one tensor may take, as float32 and in the file. CvT's largest (CvT-W24's MLP) has 4 million elements. A shape
 * with a stride of 0 asks for any number of elements with 4 bytes of data.
 */
export const MAX_TENSOR_ELEMENTS = 1 << 27;
export const MAX_TENSOR_BYTES = 2 ** 30;

/**
 * A tensor's values as float32, contiguous and row-major; integers and float64 are rounded to it. Reads the bytes that the
 * tensor spans and no others.
 * @throws CheckpointError `too-large`, `truncated`; `corrupt` where the entry contradicts itself or its text is no Latin-1; CancelledError
 */
export async function readTensor(source: ByteSource, entry: TensorEntry, signal?: AbortSignal): Promise<Float32Array> {
  const { name, dtype, shape, offset, byteLength } = entry;
  const strides = entry.strides ?? contiguousStrides(shape);
  const count = elementCount(shape);
  if (count === null || count > MAX_TENSOR_ELEMENTS || byteLength > MAX_TENSOR_BYTES)
    throw new CheckpointError(
      'too-large',
      `${source.name}: ${name} [${shape.join(', ')}] is more than is read of one tensor (${MAX_TENSOR_ELEMENTS} elements).`,
    );
  const reach = elementReach(shape, strides);
  const mismatch = (length: number | null): CheckpointError =>
    new CheckpointError(
      'corrupt',
      `${source.name}: ${printable(name)} has ${length ?? 'malformed'} bytes, which does not match its shape and strides.`,
    );
  const needed = reach === null ? null : reach * DTYPE_BYTES[dtype];
  if (!entry.encoding && needed !== byteLength) throw mismatch(byteLength);
  const stored = await source.read({ start: offset, end: offset + byteLength }, signal);
  throwIfCancelled(signal);
  const bytes = entry.encoding === 'latin1' ? latin1Bytes(stored) : stored;
  if (bytes?.byteLength !== needed) throw mismatch(bytes?.byteLength ?? null);
  const span = decode(bytes, dtype);
  return entry.strides ? gather(span, shape, strides, count) : span;
}

/** Typed arrays are little-endian on every machine that Electron and the browsers run on, as checkpoints are. */
function decode(bytes: Uint8Array, dtype: DType): Float32Array {
  // A copy of its own: views need aligned offsets, and the source may hand out one buffer for many reads.
  const { buffer } = new Uint8Array(bytes);
  switch (dtype) {
    case 'F32':
      return new Float32Array(buffer);
    case 'F64':
      return new Float32Array(new Float64Array(buffer));
    case 'F16':
      return decodeHalf(new Uint16Array(buffer));
    case 'BF16':
      return decodeBfloat16(new Uint16Array(buffer));
    case 'I64':
      return Float32Array.from(new BigInt64Array(buffer), Number);
    case 'I32':
      return new Float32Array(new Int32Array(buffer));
    case 'I16':
      return new Float32Array(new Int16Array(buffer));
    case 'I8':
      return new Float32Array(new Int8Array(buffer));
    case 'U8':
      return new Float32Array(bytes);
    case 'BOOL':
      return Float32Array.from(bytes, (byte) => (byte === 0 ? 0 : 1));
  }
}

/** The elements that shape and strides pick, in row-major order. */
function gather(span: Float32Array, shape: readonly number[], strides: readonly number[], count: number): Float32Array {
  const values = new Float32Array(count);
  const index = new Array<number>(shape.length).fill(0);
  let at = 0;
  for (let i = 0; i < count; i++) {
    values[i] = span[at]!;
    for (let d = shape.length - 1; d >= 0; d--) {
      at += strides[d]!;
      index[d] = index[d]! + 1;
      if (index[d]! < shape[d]!) break;
      at -= strides[d]! * shape[d]!;
      index[d] = 0;
    }
  }
  return values;
}
