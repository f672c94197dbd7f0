import type { Dataset, File, Group } from 'h5wasm';
import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { bytesOf, u16, u32, u64 } from './byte-writer.ts';
import { failure } from './expect-code.ts';
import { h5, layer, names, readByLibrary } from './h5-writer.ts';
import { fixtureBytes, SparseSource } from './sources.ts';

const open = (bytes: Uint8Array) => openCheckpoint(new MemorySource('made.h5', bytes));
const FLOATS = new Float32Array([1, 2, 3, 4, 5, 6]);
const kernel =
  (parts: object = {}) =>
  (group: Group) =>
    void group.create_dataset({ name: 'kernel:0', data: FLOATS, shape: [2, 3], ...parts });

test('cvt-tensorflow.h5 is read as the HDF5 library reads it', async () => {
  const bytes = fixtureBytes('cvt-tensorflow.h5');
  const { format, tensors } = await open(bytes);
  expect(format).toBe('keras');
  const expected = await readByLibrary(bytes, (file) => {
    const found: [string, number[] | null, number[]][] = [];
    for (const name of file.attrs.layer_names!.value as string[]) {
      const group = file.get(name) as Group;
      for (const weight of group.attrs.weight_names!.value as string[]) {
        const dataset = group.get(weight) as Dataset;
        found.push([`${name}/${weight}`, dataset.shape, [...(dataset.value as Float32Array)]]);
      }
    }
    return found;
  });
  expect(expected).toHaveLength(141);
  const source = new MemorySource('made.h5', bytes);
  const read: typeof expected = [];
  for (const [name, entry] of tensors) read.push([name, [...entry.shape], [...(await readTensor(source, entry))]]);
  expect(read).toEqual(expected);
});

describe('accepted', () => {
  test.each<[string, (file: File) => void, Record<string, number[]>]>([
    ['names of fixed length', (file) => layer(file, 'a', kernel()), { 'a/w/kernel:0': [1, 2, 3, 4, 5, 6] }],
    [
      'float64',
      (file) => layer(file, 'a', kernel({ data: new Float64Array(6).fill(0.5) })),
      { 'a/w/kernel:0': new Array(6).fill(0.5) },
    ],
    [
      'hundreds of weights, so that trees of names grow',
      (file) => {
        names(file, 'layer_names', ['a', 'empty']);
        const group = file.create_group('a');
        names(
          group,
          'weight_names',
          Array.from({ length: 300 }, (_, i) => `w${i}/kernel:0`),
        );
        for (let i = 0; i < 300; i++)
          group.create_group(`w${i}`).create_dataset({ name: 'kernel:0', data: new Float32Array([i]), shape: [1] });
        names(file.create_group('empty'), 'weight_names', []);
      },
      Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`a/w${i}/kernel:0`, [i]])),
    ],
    [
      'an attribute in pieces',
      (file) => {
        names(file, 'layer_names0', ['a']);
        names(file, 'layer_names1', ['b']);
        for (const [i, name] of ['a', 'b'].entries()) {
          const group = file.create_group(name);
          names(group, 'weight_names', ['k:0']);
          group.create_dataset({ name: 'k:0', data: new Float32Array([i]), shape: [1] });
        }
      },
      { 'a/k:0': [0], 'b/k:0': [1] },
    ],
    [
      "a whole model's file",
      (file) => {
        const weights = file.create_group('model_weights');
        names(weights, 'layer_names', ['a']);
        const group = weights.create_group('a');
        names(group, 'weight_names', ['k:0']);
        group.create_dataset({ name: 'k:0', data: FLOATS, shape: [6] });
      },
      { 'a/k:0': [1, 2, 3, 4, 5, 6] },
    ],
  ])('%s', async (_, build, expected) => {
    const source = new MemorySource('made.h5', await h5(build));
    const values: Record<string, number[]> = {};
    for (const [name, entry] of (await openCheckpoint(source)).tensors)
      values[name] = [...(await readTensor(source, entry))];
    expect(values).toEqual(expected);
  });
});

describe('malformed', () => {
  test.each<[string, (file: File) => void, CheckpointErrorCode, RegExp]>([
    ['no layers', (file) => void file.create_group('a'), 'unknown-format', /not Keras's/],
    [
      'layers without weights',
      (file) => {
        names(file, 'layer_names', ['a']);
        names(file.create_group('a'), 'weight_names', []);
      },
      'missing-tensor',
      /no weights/,
    ],
    ['a layer that is not there', (file) => names(file, 'layer_names', ['a']), 'missing-tensor', /there is no a/],
    [
      'a weight that is not there',
      (file) => {
        names(file, 'layer_names', ['a']);
        names(file.create_group('a'), 'weight_names', ['w/kernel:0']);
      },
      'missing-tensor',
      /a\/w\/kernel:0/,
    ],
    [
      'a weight twice',
      (file) => {
        names(file, 'layer_names', ['a']);
        const group = file.create_group('a');
        names(group, 'weight_names', ['k', 'k']);
        group.create_dataset({ name: 'k', data: FLOATS, shape: [6] });
      },
      'corrupt',
      /twice/,
    ],
    [
      'a group for a weight',
      (file) => layer(file, 'a', (group) => void group.create_group('kernel:0')),
      'corrupt',
      /no dataset/,
    ],
    [
      'a weight for a group',
      (file) => {
        names(file, 'layer_names', ['a']);
        const group = file.create_group('a');
        names(group, 'weight_names', ['k/k']);
        group.create_dataset({ name: 'k', data: FLOATS, shape: [6] });
      },
      'corrupt',
      /no group/,
    ],
    ['names that are numbers', (file) => void file.create_attribute('layer_names', [1, 2, 3]), 'corrupt', /no text/],
    ['a layer named like a path', (file) => names(file, 'layer_names', ['a/b']), 'corrupt', /layers/],
    [
      'text for weights',
      (file) => layer(file, 'a', (group) => void group.create_dataset({ name: 'kernel:0', data: ['x'], shape: [1] })),
      'unsupported',
      /float32/,
    ],
    ['chunks', (file) => layer(file, 'a', kernel({ chunks: [1, 3] })), 'unsupported', /chunks.*h5repack/],
    [
      'compression',
      (file) => layer(file, 'a', kernel({ chunks: [1, 3], compression: 'gzip' })),
      'unsupported',
      /compressed.*h5repack/,
    ],
  ])('%s', async (_, build, code, message) => {
    const error = await failure(async () => open(await h5(build)), code);
    expect(error.message).toMatch(/^made\.h5: /);
    expect(error.message).toMatch(message);
  });

  test.each([['latest'], ['v108']] as const)('the layout of libver %s', async (libver) => {
    const bytes = await h5((file) => layer(file, 'a', kernel()), { libver });
    expect((await failure(() => open(bytes), 'unsupported')).message).toMatch(/h5repack/);
  });

  /** A good file with `patch` written `at` bytes after the first `signature`. */
  const patched = async (signature: string, at: number, patch: Uint8Array): Promise<Uint8Array> => {
    const bytes = Buffer.from(await h5((file) => layer(file, 'a', kernel())));
    const place = bytes.indexOf(signature);
    expect(place).toBeGreaterThanOrEqual(0);
    bytes.set(patch, place + at);
    return bytes;
  };
  test.each<[string, string, number, Uint8Array, CheckpointErrorCode]>([
    ['addresses of four bytes', 'HDF', 12, bytesOf([4]), 'unsupported'],
    ['addresses that count from elsewhere', 'HDF', 23, u64(512), 'unsupported'],
    ['an end beyond the file', 'HDF', 39, u64(2 ** 40), 'truncated'],
    ['a root beyond the file', 'HDF', 63, u64(2 ** 40), 'truncated'],
    ['a root nowhere', 'HDF', 63, u64(2n ** 64n - 1n), 'corrupt'],
    ['a root at the start', 'HDF', 63, u64(0), 'corrupt'],
    ['a tree that is none', 'TREE', 0, bytesOf('FREE'), 'corrupt'],
    ['a tree of data', 'TREE', 4, bytesOf([1]), 'corrupt'],
    ['a leaf above the leaves', 'TREE', 5, bytesOf([1]), 'corrupt'],
    ['a tree of 65,535 children', 'TREE', 6, u16(0xffff), 'corrupt'],
    ['a child nowhere', 'TREE', 32, u64(2n ** 64n - 1n), 'corrupt'],
    ['a child beyond the file', 'TREE', 32, u64(2 ** 50), 'truncated'],
    ['big-endian numbers', '\x11\x20\x1f\x00\x04', 1, bytesOf([0x21]), 'unsupported'],
    ['numbers of another kind', '\x11\x20\x1f\x00\x04', 12, bytesOf([22]), 'unsupported'],
    ['a heap that is none', 'HEAP', 0, bytesOf('LEAP'), 'corrupt'],
    ['a heap of a gigabyte', 'HEAP', 8, u64(2 ** 30), 'too-large'],
    ['a heap beyond the file', 'HEAP', 24, u64(2 ** 40), 'truncated'],
    ['a table that is none', 'SNOD', 0, bytesOf('SNOB'), 'corrupt'],
    ['a table of 65,535 names', 'SNOD', 6, u16(0xffff), 'too-large'],
    ['a name outside its heap', 'SNOD', 8, u64(2 ** 40), 'corrupt'],
  ])('%s', async (_, signature, at, patch, code) => {
    const error = await failure(async () => open(await patched(signature, at, patch)), code);
    expect(error.message).toMatch(/^made\.h5: /);
  });

  test('a tree that is its own child ends', async () => {
    const bytes = Buffer.from(await h5((file) => layer(file, 'a', kernel())));
    const tree = bytes.indexOf('TREE');
    bytes.set(bytesOf([1]), tree + 5);
    bytes.set(u64(tree), tree + 32);
    await failure(() => open(bytes), 'corrupt');
  });

  test('a header that goes on in itself ends', async () => {
    const bytes = Buffer.from(await h5((file) => layer(file, 'a', kernel())));
    const root = Number(bytes.readBigUInt64LE(64));
    // Its first message becomes a continuation at the header's own messages; the count of messages stays huge.
    bytes.set(bytesOf(u16(0xffff)), root + 2);
    bytes.set(bytesOf(u16(0x10), u16(16), u32(0), u64(root + 16), u64(24)), root + 16);
    await failure(() => open(bytes), 'too-large');
  });

  test('cut anywhere, cvt-tensorflow.h5 is refused', async () => {
    const whole = fixtureBytes('cvt-tensorflow.h5');
    for (const length of [8, 20, 96, 1000, 100_000, whole.length >> 1, whole.length - 1])
      await failure(() => open(whole.subarray(0, length)), 'truncated');
  });
});

test('indexing reads structure, not data', async () => {
  const bytes = fixtureBytes('cvt-tensorflow.h5');
  const source = new SparseSource('cvt-tensorflow.h5', bytes.length, [{ offset: 0, bytes }]);
  const { tensors } = await openCheckpoint(source);
  // About 1.5 KB for each of them, as CvT-W24 has 760: 1.2 MB of 1.1 GB.
  expect(source.bytesRead / tensors.size).toBeLessThan(1600);
  const large = [...tensors.values()].filter(({ byteLength }) => byteLength > 20_000);
  expect(large.length).toBeGreaterThan(3);
  for (const { offset, byteLength } of large) {
    const inside = source.reads.filter(({ start, end }) => start > offset && end < offset + byteLength);
    expect(inside).toEqual([]);
  }
});
