import type { ByteSource } from '../bytes/byte-source.ts';

/** Element types that checkpoints use, by safetensors' names. */
export type DType = 'F64' | 'F32' | 'F16' | 'BF16' | 'I64' | 'I32' | 'I16' | 'I8' | 'U8' | 'BOOL';

export const DTYPE_BYTES: Readonly<Record<DType, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

/** Where one tensor lies in a file. Nothing of its data has been read. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: DType;
  /** Empty for a scalar. */
  readonly shape: readonly number[];
  /** In elements, per dimension. Absent where the data is contiguous and row-major. */
  readonly strides?: readonly number[];
  /** Byte offset in the file of the element at index 0, …, 0. */
  readonly offset: number;
  /** Bytes from `offset` to the end of the last element that the shape and strides reach. */
  readonly byteLength: number;
  /**
   * `latin1`: what lies in the file is UTF-8 text, each of whose characters (U+0000 to U+00FF) is one byte of the data, as
   * pickle protocol 2 writes bytes; `byteLength` is the text's. Absent where the bytes are the data.
   */
  readonly encoding?: 'latin1';
}

export type FormatName = 'safetensors' | 'pytorch' | 'paddle' | 'keras';

/** The content of a checkpoint file: what tensors there are and where their bytes lie. */
export interface TensorIndex {
  readonly format: FormatName;
  readonly tensors: ReadonlyMap<string, TensorEntry>;
  /** Text the file carries about itself (safetensors' `__metadata__`). */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A reader for one file format.
 *
 * `sniff` looks at a few bytes and answers null for "not mine", never an error about the content; what it returns opens
 * the file and may throw CheckpointError.
 */
export interface CheckpointFormat {
  readonly name: FormatName;
  sniff(source: ByteSource, signal?: AbortSignal): Promise<null | (() => Promise<TensorIndex>)>;
}
