import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { MAX_HEADER_BYTES } from '../../models/formats/safetensors.ts';
import { bytesOf, u64 } from './byte-writer.ts';
import { failure } from './expect-code.ts';
import { fixtureBytes, SparseSource } from './sources.ts';

function file(header: unknown, dataBytes: number): Uint8Array {
  const text = typeof header === 'string' ? header : JSON.stringify(header);
  return bytesOf(u64(new TextEncoder().encode(text).length), text, new Uint8Array(dataBytes));
}

const open = (bytes: Uint8Array) => openCheckpoint(new MemorySource('made.safetensors', bytes));
const info = (dtype: string, shape: unknown, data_offsets: unknown) => ({ dtype, shape, data_offsets });
const F32_2 = info('F32', [2], [0, 8]);

describe('accepted', () => {
  test.each<[string, unknown, number, string[]]>([
    ['no tensors', {}, 0, []],
    ['only metadata', { __metadata__: { made: 'by hand' } }, 0, []],
    ['a scalar and an empty tensor', { s: info('F32', [], [0, 4]), e: info('F16', [3, 0], [4, 4]) }, 4, ['s', 'e']],
    [
      'an empty tensor between others',
      { a: F32_2, e: info('U8', [0], [8, 8]), b: info('U8', [1], [8, 9]) },
      9,
      ['a', 'e', 'b'],
    ],
    ['names in another order than data', { b: info('U8', [3], [8, 11]), a: F32_2 }, 11, ['b', 'a']],
    ['padding after the header', `${JSON.stringify({ a: F32_2 })}    `, 8, ['a']],
    ['keys that nobody asked for', { a: { ...F32_2, note: 'x' } }, 8, ['a']],
    ['names that JavaScript knows', '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}', 1, ['__proto__']],
  ])('%s', async (_, header, dataBytes, names) => {
    expect([...(await open(file(header, dataBytes))).tensors.keys()]).toEqual(names);
  });
});

describe('malformed', () => {
  test.each<[string, Uint8Array, CheckpointErrorCode]>([
    ['a header of a terabyte', bytesOf(u64(2 ** 40), '{"a"'), 'too-large'],
    ['a header one byte over the limit', bytesOf(u64(MAX_HEADER_BYTES + 1), '{"a"'), 'too-large'],
    ['a header longer than the file', bytesOf(u64(100), '{"a"'), 'truncated'],
    ['a header of 2^64 − 1 bytes, which no writer means', bytesOf(u64(2n ** 64n - 1n), '{"a"'), 'unknown-format'],
    ['no JSON', file('{"a":', 0), 'corrupt'],
    ['JSON and more', file('{}{}', 0), 'corrupt'],
    ['text that is not UTF-8', bytesOf(u64(4), '{"', [0xff], '"'), 'corrupt'],
    ['half a million open braces', file('{"a":'.repeat(500_000), 0), 'corrupt'],
    ['a million brackets', file(`{"a":${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}}`, 0), 'corrupt'],
    ['a tensor that is no object', file({ a: 3 }, 0), 'corrupt'],
    ['a tensor that is null', file({ a: null }, 0), 'corrupt'],
    ['no dtype', file({ a: { shape: [2], data_offsets: [0, 8] } }, 8), 'corrupt'],
    ['no shape', file({ a: { dtype: 'F32', data_offsets: [0, 8] } }, 8), 'corrupt'],
    ['no offsets', file({ a: { dtype: 'F32', shape: [2] } }, 8), 'corrupt'],
    ['three offsets', file({ a: info('F32', [2], [0, 8, 8]) }, 8), 'corrupt'],
    ['an element type that is not read', file({ a: info('F8_E4M3', [2], [0, 2]) }, 2), 'unsupported'],
    ['an element type named like a method', file({ a: info('toString', [2], [0, 2]) }, 2), 'unsupported'],
    ['a negative size', file({ a: info('F32', [-2], [0, 8]) }, 8), 'corrupt'],
    ['two negative sizes', file({ a: info('F32', [-1, -2], [0, 8]) }, 8), 'corrupt'],
    ['a fractional size', file({ a: info('F32', [0.5, 4], [0, 8]) }, 8), 'corrupt'],
    ['a size as text', file({ a: info('F32', ['2'], [0, 8]) }, 8), 'corrupt'],
    ['a negative offset', file({ a: info('F32', [2], [-8, 0]) }, 8), 'corrupt'],
    [
      'an offset beyond 2^53',
      file('{"a":{"dtype":"U8","shape":[1],"data_offsets":[9007199254740992,9007199254740993]}}', 8),
      'corrupt',
    ],
    ['offsets the wrong way round', file({ a: info('F32', [2], [8, 0]) }, 8), 'corrupt'],
    ['offsets past the end', file({ a: info('F32', [2], [0, 8]) }, 7), 'truncated'],
    ['offsets far past the end', file({ a: info('F32', [2], [2 ** 40, 2 ** 40 + 8]) }, 8), 'truncated'],
    ['bytes that do not match the shape', file({ a: info('F32', [3], [0, 8]) }, 8), 'corrupt'],
    ['a shape whose product overflows', file({ a: info('F32', [2 ** 32, 2 ** 32], [0, 8]) }, 8), 'too-large'],
    ['a shape whose bytes overflow', file({ a: info('F64', [2 ** 51], [0, 8]) }, 8), 'too-large'],
    ['a shape whose product wraps to 0', file({ a: info('F32', [2 ** 33, 2 ** 31], [0, 0]) }, 0), 'too-large'],
    ['65 dimensions', file({ a: info('F32', new Array(65).fill(1), [0, 4]) }, 4), 'corrupt'],
    ['two tensors on the same bytes', file({ a: F32_2, b: F32_2 }, 8), 'corrupt'],
    ['tensors that overlap', file({ a: F32_2, b: info('F32', [2], [4, 12]) }, 12), 'corrupt'],
    ['an empty tensor inside another', file({ a: F32_2, e: info('U8', [0], [4, 4]) }, 8), 'corrupt'],
    ['a hole', file({ a: F32_2, b: info('F32', [2], [12, 20]) }, 20), 'corrupt'],
    ['a hole at the start', file({ a: info('F32', [2], [4, 12]) }, 12), 'corrupt'],
    ['bytes after the last tensor', file({ a: F32_2 }, 9), 'corrupt'],
    ['data without tensors', file({}, 1), 'corrupt'],
    [
      'a name twice',
      file(
        '{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}',
        1,
      ),
      'corrupt',
    ],
    ['a shape twice', file('{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}', 1), 'corrupt'],
    ['metadata that is no text', file({ __metadata__: { epoch: 3 } }, 0), 'corrupt'],
    ['metadata that is a list', file({ __metadata__: ['a'] }, 0), 'corrupt'],
  ])('%s', async (_, bytes, code) => {
    const error = await failure(() => open(bytes), code);
    expect(error.message).toMatch(/^made\.safetensors: /);
    expect(error.message.length).toBeLessThan(500);
  });

  test('a message names the tensor, cut where its name is endless', async () => {
    const name = `stage0.${'x'.repeat(100_000)}`;
    const error = await failure(() => open(file({ [name]: info('F32', [3], [0, 8]) }, 8)), 'corrupt');
    expect(error.message).toContain('stage0.xxx');
    expect(error.message.length).toBeLessThan(500);
  });

  test('a header of a terabyte is not read', async () => {
    const source = new SparseSource('made.safetensors', 2 ** 41, [{ offset: 0, bytes: bytesOf(u64(2 ** 40), '{"a"') }]);
    await failure(() => openCheckpoint(source), 'too-large');
    expect(source.bytesRead).toBeLessThan(100);
  });

  test('cut anywhere, a file is refused', async () => {
    const whole = fixtureBytes('official.safetensors');
    const header = Number(new DataView(whole.buffer, whole.byteOffset).getBigUint64(0, true));
    await failure(() => open(whole.subarray(0, 8)), 'unknown-format');
    const cuts = [9, 100, header, 8 + header - 1, 8 + header, 9 + header, whole.length - 4096, whole.length - 1];
    for (const length of cuts) await failure(() => open(whole.subarray(0, length)), 'truncated');
  });
});
