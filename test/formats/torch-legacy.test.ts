import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { bytesOf, f32, type Piece, u64 } from './byte-writer.ts';
import { failure } from './expect-code.ts';
import { call, dict, global, int, list, pickle, short, storage, str, tensor, tuple } from './pickle-writer.ts';
import { fixtureBytes, SparseSource } from './sources.ts';

const MAGIC = bytesOf([0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]);
const MACHINE = dict(str('protocol_version'), short(1001), str('little_endian'), [0x88]);
const SIX = bytesOf(u64(6), f32(1, 2, 3, 4, 5, 6));
const TWO = bytesOf(u64(2), f32(7, 8));
const WEIGHT = dict(str('w'), tensor(storage('100', 6), [2, 3], [3, 1]));

interface Parts {
  readonly version?: Piece;
  readonly machine?: Piece;
  readonly root?: Piece;
  readonly keys?: Piece;
  readonly data?: Piece;
}

function file(parts: Parts = {}): Uint8Array {
  const { version = short(1001), machine = MACHINE, root = WEIGHT, keys = list(str('100')), data = SIX } = parts;
  return bytesOf(...[MAGIC, version, machine, root, keys].map((value) => pickle(value)), data);
}

const open = (bytes: Uint8Array) => openCheckpoint(new MemorySource('made.pth', bytes));

describe('accepted', () => {
  test.each<[string, Parts, Record<string, number[]>]>([
    ['one storage', {}, { w: [1, 2, 3, 4, 5, 6] }],
    [
      'views of two storages, in another order than they lie',
      {
        root: dict(
          str('b'),
          tensor(storage('200', 2), [2], [1]),
          str('w'),
          tensor(storage('100', 6), [3, 2], [1, 3]),
          str('v'),
          tensor(storage('100', 6), [2], [1], 4),
        ),
        keys: list(str('100'), str('200')),
        data: bytesOf(SIX, TWO),
      },
      { b: [7, 8], w: [1, 4, 2, 5, 3, 6], v: [5, 6] },
    ],
    [
      "an optimizer's storage before the weights'",
      {
        root: dict(
          str('optimizer'),
          dict(str('momentum'), tensor(storage('200', 2), [2], [1])),
          str('state_dict'),
          dict(str('module.w'), tensor(storage('100', 6), [6], [1])),
        ),
        keys: list(str('200'), str('100')),
        data: bytesOf(TWO, SIX),
      },
      { w: [1, 2, 3, 4, 5, 6] },
    ],
    ['bytes after the last storage', { data: bytesOf(SIX, [1, 2, 3]) }, { w: [1, 2, 3, 4, 5, 6] }],
  ])('%s', async (_, parts, expected) => {
    const source = new MemorySource('made.pth', file(parts));
    const index = await openCheckpoint(source);
    expect(index.format).toBe('pytorch');
    const values: Record<string, number[]> = {};
    for (const [name, entry] of index.tensors) values[name] = [...(await readTensor(source, entry))];
    expect(values).toEqual(expected);
  });
});

describe('malformed', () => {
  const stored = (...more: Piece[]) =>
    bytesOf(tuple(str('storage'), global('torch', 'FloatStorage'), str('100'), str('cpu'), int(6), ...more), 'Q');
  test.each<[string, Parts, CheckpointErrorCode, RegExp]>([
    [
      'os.system in the object',
      { root: dict(str('w'), call(global('os', 'system'), str('id'))) },
      'forbidden-pickle',
      /os\.system/,
    ],
    ['os.system in the keys', { keys: call(global('os', 'system'), str('id')) }, 'forbidden-pickle', /os\.system/],
    ['os.system for a version', { version: call(global('os', 'system'), str('id')) }, 'forbidden-pickle', /os\.system/],
    ['a whole model', { root: global('models.cls_cvt', 'CvT') }, 'forbidden-pickle', /models\.cls_cvt/],
    ['another version', { version: short(1002) }, 'unsupported', /1002/],
    ['a big-endian machine', { machine: dict(str('little_endian'), [0x89]) }, 'unsupported', /big-endian/],
    ['no machine', { machine: dict() }, 'corrupt', /byte order/],
    [
      'a storage in a storage',
      { root: dict(str('w'), tensor(stored(tuple(str('9'), int(0), int(6))), [6], [1])) },
      'unsupported',
      /view/,
    ],
    [
      'one storage of two sizes',
      { root: dict(str('w'), tensor(storage('100', 6), [6], [1]), str('v'), tensor(storage('100', 7), [6], [1])) },
      'corrupt',
      /two sizes/,
    ],
    [
      'one storage of two types',
      {
        root: dict(
          str('w'),
          tensor(storage('100', 6), [6], [1]),
          str('v'),
          tensor(storage('100', 6, 'LongStorage'), [6], [1]),
        ),
      },
      'corrupt',
      /two types/,
    ],
    ['keys that are no list', { keys: tuple(str('100')) }, 'corrupt', /list of storages/],
    ['keys that are no text', { keys: list(int(100)) }, 'corrupt', /list of storages/],
    ['a key twice', { keys: list(str('100'), str('100')) }, 'corrupt', /list of storages/],
    ['a key that nothing describes', { keys: list(str('100'), str('300')) }, 'corrupt', /300/],
    ['a storage that is not in the list', { keys: list(), data: bytesOf() }, 'corrupt', /100/],
    ['a count that differs', { data: bytesOf(u64(5), f32(1, 2, 3, 4, 5, 6)) }, 'corrupt', /5 elements, but 6/],
    [
      'a count of 2^64 − 1',
      { data: bytesOf(u64(2n ** 64n - 1n), f32(1, 2, 3, 4, 5, 6)) },
      'too-large',
      /more than any file/,
    ],
    ['data cut short', { data: SIX.subarray(0, 31) }, 'truncated', /incomplete/],
    ['no data', { data: bytesOf() }, 'truncated', /incomplete/],
    [
      'a storage of 2^31 − 1 elements',
      { root: dict(str('w'), tensor(storage('100', 2 ** 31 - 1), [1], [1])) },
      'truncated',
      /incomplete/,
    ],
    [
      'a tensor past its storage',
      { root: dict(str('w'), tensor(storage('100', 6), [7], [1])) },
      'corrupt',
      /6 elements/,
    ],
    ['no tensors', { root: dict(str('epoch'), int(3)), keys: list(), data: bytesOf() }, 'missing-tensor', /state_dict/],
  ])('%s', async (_, parts, code, message) => {
    const error = await failure(() => open(file(parts)), code);
    expect(error.message).toMatch(/^made\.pth: /);
    expect(error.message).toMatch(message);
  });

  test('official-legacy.pth cut anywhere is truncated', async () => {
    const whole = fixtureBytes('official-legacy.pth');
    for (const length of [14, 20, 100, 1000, 26_000, 28_513, 28_520, whole.length >> 1, whole.length - 1])
      await failure(() => open(whole.subarray(0, length)), 'truncated');
  });
});

test('indexing a file of 4 GiB reads its pickles and its counts', async () => {
  const count = 4;
  const elements = 2 ** 28;
  const keys = Array.from({ length: count }, (_, i) => `${1000 + i}`);
  const root = dict(...keys.flatMap((key) => [str(`w${key}`), tensor(storage(key, elements), [elements], [1])]));
  const head = file({ root, keys: list(...keys.map(str)), data: bytesOf() });
  const step = 8 + 4 * elements;
  const counts = keys.map((_, i) => ({ offset: head.length + i * step, bytes: u64(elements) }));
  const source = new SparseSource('large.pth', head.length + count * step, [{ offset: 0, bytes: head }, ...counts]);
  const { tensors } = await openCheckpoint(source);
  expect([...tensors.values()].map(({ offset }) => offset)).toEqual(counts.map(({ offset }) => offset + 8));
  expect(source.bytesRead).toBeLessThan(50_000);
});
