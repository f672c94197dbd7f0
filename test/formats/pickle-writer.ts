import { bytesOf, type Piece, u16, u32 } from './byte-writer.ts';

/** Pickle opcodes as bytes, protocol 2 where nothing else is said. Each function gives what leaves one value on the stack. */

export const MARK = [0x28];
export const STOP = [0x2e];
export const REDUCE = [0x52];
export const BUILD = [0x62];
export const EMPTY_TUPLE = [0x29];
export const NONE = [0x4e];
export const PROTO2 = [0x80, 2];

/** A whole pickle of one value. */
export function pickle(...value: readonly Piece[]): Uint8Array {
  return bytesOf(PROTO2, ...value, STOP);
}

export function str(text: string): Uint8Array {
  const encoded = new TextEncoder().encode(text);
  return bytesOf([0x58], u32(encoded.length), encoded);
}

/** Any 32-bit integer, negative ones too. */
export function int(value: number): Uint8Array {
  return bytesOf([0x4a], u32(value >>> 0));
}

export function tuple(...items: readonly Piece[]): Uint8Array {
  return bytesOf(MARK, ...items, [0x74]);
}

export function list(...items: readonly Piece[]): Uint8Array {
  return bytesOf([0x5d], MARK, ...items, [0x65]);
}

/** Keys and values by turns. */
export function dict(...pairs: readonly Piece[]): Uint8Array {
  return bytesOf([0x7d], MARK, ...pairs, [0x75]);
}

export function global(module: string, name: string): Uint8Array {
  return bytesOf('c', module, '\n', name, '\n');
}

export function call(callee: Piece, ...args: readonly Piece[]): Uint8Array {
  return bytesOf(callee, tuple(...args), REDUCE);
}

export function put(index: number): Uint8Array {
  return bytesOf('r', u32(index));
}

export function get(index: number): Uint8Array {
  return bytesOf('j', u32(index));
}

export function short(value: number): Uint8Array {
  return bytesOf('M', u16(value));
}

export function storage(key: string, elements: number, type = 'FloatStorage'): Uint8Array {
  return bytesOf(tuple(str('storage'), global('torch', type), str(key), str('cpu'), int(elements)), 'Q');
}

export function tensor(of: Piece, shape: readonly number[], strides: readonly number[], offset = 0): Uint8Array {
  const naturals = (values: readonly number[]) => tuple(...values.map(int));
  const hooks = bytesOf(global('collections', 'OrderedDict'), EMPTY_TUPLE, REDUCE);
  return call(
    global('torch._utils', '_rebuild_tensor_v2'),
    of,
    int(offset),
    naturals(shape),
    naturals(strides),
    [0x89],
    hooks,
  );
}
