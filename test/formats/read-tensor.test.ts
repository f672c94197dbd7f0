import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import type { DType, TensorEntry } from '../../models/formats/tensor-index.ts';
import { bytesOf } from './byte-writer.ts';
import { failure } from './expect-code.ts';

const raw = (array: { readonly buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);
const entryOf = (fields: Partial<TensorEntry>): TensorEntry => ({
  name: 't',
  dtype: 'F32',
  shape: [0],
  offset: 0,
  byteLength: 0,
  ...fields,
});

describe('element types', () => {
  test.each<[DType, Uint8Array, number[]]>([
    ['F64', raw(Float64Array.of(0.1, -2.5)), [Math.fround(0.1), -2.5]],
    ['F32', raw(Float32Array.of(0.1, -2.5)), [Math.fround(0.1), -2.5]],
    ['F16', raw(Uint16Array.of(0x3c00, 0xc100)), [1, -2.5]],
    ['BF16', raw(Uint16Array.of(0x3f80, 0xc020)), [1, -2.5]],
    ['I64', raw(BigInt64Array.of(7n, -(2n ** 40n))), [7, -(2 ** 40)]],
    ['I32', raw(Int32Array.of(7, -70_000)), [7, -70_000]],
    ['I16', raw(Int16Array.of(7, -300)), [7, -300]],
    ['I8', raw(Int8Array.of(7, -3)), [7, -3]],
    ['U8', raw(Uint8Array.of(7, 253)), [7, 253]],
    ['BOOL', raw(Uint8Array.of(0, 1)), [0, 1]],
  ])('%s, at an offset that no typed array could have', async (dtype, bytes, expected) => {
    const source = new MemorySource('a.bin', bytesOf([9, 9, 9], bytes, [9]));
    const entry = entryOf({ dtype, shape: [2], offset: 3, byteLength: bytes.length });
    expect([...(await readTensor(source, entry))]).toEqual(expected);
  });
});

describe('strides', () => {
  const source = new MemorySource('a.bin', raw(Float32Array.from({ length: 24 }, (_, i) => i)));
  test.each<[string, number[], number[] | undefined, number, number, number[]]>([
    ['a scalar', [], undefined, 5, 1, [5]],
    ['row-major', [2, 3], undefined, 0, 6, [0, 1, 2, 3, 4, 5]],
    ['a transpose', [3, 2], [1, 3], 0, 6, [0, 3, 1, 4, 2, 5]],
    ['every other column from the second', [2, 2], [6, 2], 1, 9, [1, 3, 7, 9]],
    ['a row repeated', [2, 3], [0, 1], 4, 3, [4, 5, 6, 4, 5, 6]],
    ['three dimensions turned', [2, 2, 3], [1, 12, 4], 0, 22, [0, 4, 8, 12, 16, 20, 1, 5, 9, 13, 17, 21]],
    ['nothing', [2, 0], undefined, 0, 0, []],
  ])('%s', async (_, shape, strides, start, span, expected) => {
    const fields = { shape, offset: 4 * start, byteLength: 4 * span };
    const entry = entryOf(strides ? { ...fields, strides } : fields);
    expect([...(await readTensor(source, entry))]).toEqual(expected);
  });

  test('what is read can be written to without changing the file', async () => {
    const entry = entryOf({ shape: [2], byteLength: 8 });
    (await readTensor(source, entry)).fill(99);
    expect([...(await readTensor(source, entry))]).toEqual([0, 1]);
  });
});

describe('refusals', () => {
  const source = new MemorySource('a.bin', new Uint8Array(16));
  test.each<[string, Partial<TensorEntry>, CheckpointErrorCode]>([
    ['2^40 elements with a stride of 0', { shape: [2 ** 40], strides: [0], byteLength: 4 }, 'too-large'],
    ['more elements than numbers', { shape: [2 ** 40, 2 ** 40], byteLength: 16 }, 'too-large'],
    ['a span of 2 GiB', { shape: [2], strides: [2 ** 29], byteLength: 4 * (2 ** 29 + 1) }, 'too-large'],
    ['bytes that do not match the shape', { shape: [3], byteLength: 16 }, 'corrupt'],
    ['bytes past the end', { shape: [2], offset: 12, byteLength: 8 }, 'truncated'],
  ])('%s', async (_, fields, code) => {
    const error = await failure(() => readTensor(source, entryOf(fields)), code);
    expect(error.message).toContain('a.bin');
  });
});
