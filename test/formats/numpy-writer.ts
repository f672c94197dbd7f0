import { bytesOf, f32, type Piece, u32, u64 } from './byte-writer.ts';
import { BUILD, call, global, int, NONE, str, tuple } from './pickle-writer.ts';

/** Pickles of numpy arrays, as numpy writes them. */

const FALSE = [0x89];
const TRUE = [0x88];

/** `b'…'` of protocol 3 and later. */
export function binBytes(data: Uint8Array): Uint8Array {
  return bytesOf([0x42], u32(data.length), data);
}

/** `bytearray(b'…')` of protocol 5. */
export function byteArray(data: Uint8Array): Uint8Array {
  return bytesOf([0x96], u64(data.length), data);
}

/** Bytes as protocol 2 writes them. */
export function latin1(data: Uint8Array): Uint8Array {
  return call(global('_codecs', 'encode'), str(String.fromCharCode(...data)), str('latin1'));
}

export function dtype(code = 'f4', order = '<'): Uint8Array {
  const state = tuple(int(3), str(order), NONE, NONE, NONE, int(-1), int(-1), int(0));
  return bytesOf(call(global('numpy', 'dtype'), str(code), FALSE, TRUE), state, BUILD);
}

interface ArrayParts {
  readonly core?: string;
  readonly type?: Piece;
  readonly version?: Piece;
  readonly dtype?: Piece;
  readonly fortran?: boolean;
}

/** `array` of `shape` with `data` (pickled bytes) behind it. */
export function array(shape: readonly number[], data: Piece, parts: ArrayParts = {}): Uint8Array {
  const { core = 'numpy.core', type = global('numpy', 'ndarray'), version = int(1), fortran = false } = parts;
  const made = call(global(`${core}.multiarray`, '_reconstruct'), type, tuple(int(0)), binBytes(bytesOf('b')));
  const state = tuple(version, tuple(...shape.map(int)), parts.dtype ?? dtype(), fortran ? TRUE : FALSE, data);
  return bytesOf(made, state, BUILD);
}

/** A float32 vector. */
export function floats(...values: number[]): Uint8Array {
  return array([values.length], binBytes(f32(...values)));
}
