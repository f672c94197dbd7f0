import { elementCount } from './tensor-extent.ts';
import { DTYPE_BYTES, type DType } from './tensor-index.ts';

/** Headers are padded so that the data, which follows, is aligned for any element type. */
const ALIGNMENT = 8;
const LENGTH_BYTES = 8;

/** A tensor that is fetched only when it is its turn. */
export interface TensorToWrite {
  readonly name: string;
  /** Default: float32. */
  readonly dtype?: DType;
  readonly shape: readonly number[];
  /** Its values as they go into the file, row-major. */
  load(): Promise<Float32Array | Uint16Array | Int8Array>;
}

/** A safetensors file whose length is known before its data is. */
export interface SafetensorsFile {
  readonly byteLength: number;
  /** The whole file in order; one tensor is in memory at a time. */
  write(): AsyncGenerator<Uint8Array>;
}

/**
 * Lays out a safetensors file of tensors in the given order.
 * @param metadata text that travels with it
 */
export function safetensorsFile(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): SafetensorsFile {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let end = 0;
  for (const { name, shape, dtype = 'F32' } of tensors) {
    const start = end;
    end += (elementCount(shape) ?? Number.NaN) * DTYPE_BYTES[dtype];
    header[name] = { dtype, shape, data_offsets: [start, end] };
  }
  const head = encodeHeader(header);
  return {
    byteLength: head.byteLength + end,
    async *write() {
      yield head;
      for (const { name, shape, dtype = 'F32', load } of tensors) {
        const values = await load();
        // The header says otherwise by then, so a mistake here must not become a file.
        if (values.length !== elementCount(shape) || values.BYTES_PER_ELEMENT !== DTYPE_BYTES[dtype])
          throw new Error(`${name} has ${values.length} elements`);
        yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      }
    },
  };
}

function encodeHeader(header: Readonly<Record<string, unknown>>): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(LENGTH_BYTES + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, LENGTH_BYTES);
  return bytes;
}
