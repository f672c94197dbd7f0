import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { bytesOf, f32, type Piece } from './byte-writer.ts';
import { failure } from './expect-code.ts';
import {
  BUILD,
  call,
  dict,
  EMPTY_TUPLE,
  get,
  global,
  int,
  list,
  NONE,
  pickle,
  put,
  REDUCE,
  storage,
  str,
  tensor,
  tuple,
} from './pickle-writer.ts';
import { fixtureBytes } from './sources.ts';
import { type ZipFile, zip } from './zip-writer.ts';

const SIX = { name: 'm/data/0', data: f32(1, 2, 3, 4, 5, 6) };
const WEIGHT = tensor(storage('0', 6), [2, 3], [3, 1]);

/** A torch archive of one pickle and one storage of six float32. */
function archive(root: Piece, ...others: ZipFile[]) {
  return zip([{ name: 'm/data.pkl', data: pickle(root) }, SIX, ...others]);
}

const orderedDict = (...args: Piece[]) => call(global('collections', 'OrderedDict'), ...args);
const filled = (dictionary: Piece, ...pairs: Piece[]) => bytesOf(dictionary, [0x28], ...pairs, [0x75]);

describe('accepted', () => {
  test.each<[string, Piece, Record<string, number[]>]>([
    ['a plain dict', dict(str('w'), WEIGHT), { w: [1, 2, 3, 4, 5, 6] }],
    ['an OrderedDict of pairs', orderedDict(list(tuple(str('w'), WEIGHT))), { w: [1, 2, 3, 4, 5, 6] }],
    [
      '_metadata',
      bytesOf(filled(orderedDict(), str('w'), WEIGHT), dict(str('_metadata'), dict()), BUILD),
      { w: [1, 2, 3, 4, 5, 6] },
    ],
    [
      'a parameter',
      dict(str('w'), call(global('torch._utils', '_rebuild_parameter'), WEIGHT, [0x88], orderedDict())),
      { w: [1, 2, 3, 4, 5, 6] },
    ],
    ['a transpose', dict(str('w'), tensor(storage('0', 6), [3, 2], [1, 3])), { w: [1, 4, 2, 5, 3, 6] }],
    ['a view from the third', dict(str('w'), tensor(storage('0', 6), [2], [1], 2)), { w: [3, 4] }],
    ['a scalar', dict(str('w'), tensor(storage('0', 6), [], [], 5)), { w: [6] }],
    ['an empty tensor', dict(str('w'), tensor(storage('0', 6), [0, 3], [3, 1], 6)), { w: [] }],
    [
      'strides of dimensions of one',
      dict(str('w'), tensor(storage('0', 6), [1, 6], [999, 1])),
      { w: [1, 2, 3, 4, 5, 6] },
    ],
    ['under model', dict(str('epoch'), int(3), str('model'), dict(str('w'), WEIGHT)), { w: [1, 2, 3, 4, 5, 6] }],
    [
      'under state_dict, beside a model’s name',
      dict(str('model'), str('cvt'), str('state_dict'), dict(str('w'), WEIGHT)),
      { w: [1, 2, 3, 4, 5, 6] },
    ],
    [
      'under model, beside random state',
      dict(str('rng'), tensor(storage('0', 6), [2], [1]), str('model'), dict(str('w'), WEIGHT)),
      { w: [1, 2, 3, 4, 5, 6] },
    ],
    ['module. before every name', dict(str('module.w'), tensor(storage('0', 6), [1], [1])), { w: [1] }],
    [
      'module. before some names',
      dict(str('module.w'), tensor(storage('0', 6), [1], [1]), str('w'), tensor(storage('0', 6), [1], [1], 1)),
      { 'module.w': [1], w: [2] },
    ],
    [
      'entries that are no tensors',
      dict(str('w'), WEIGHT, str('epoch'), int(1), int(7), WEIGHT),
      { w: [1, 2, 3, 4, 5, 6] },
    ],
    ['names that JavaScript knows', dict(str('constructor'), tensor(storage('0', 6), [1], [1])), { constructor: [1] }],
  ])('%s', async (_, root, expected) => {
    const source = archive(root);
    const { tensors } = await openCheckpoint(source);
    const values: [string, number[]][] = [];
    for (const [name, entry] of tensors) values.push([name, [...(await readTensor(source, entry))]]);
    expect(values).toEqual(Object.entries(expected));
  });

  test.each([
    ['byteorder', { name: 'm/byteorder', data: bytesOf('little') }],
    ['a compressed entry that is not needed', { name: 'm/notes', data: bytesOf('x'), method: 8 }],
    ['an unused storage that is compressed', { name: 'm/data/9', data: bytesOf('x'), method: 8 }],
  ])('%s', async (_, other) => {
    expect((await openCheckpoint(archive(dict(str('w'), WEIGHT), other))).tensors.size).toBe(1);
  });

  test('an archive without a folder', async () => {
    const source = zip([
      { name: 'data.pkl', data: pickle(dict(str('w'), WEIGHT)) },
      { ...SIX, name: 'data/0' },
    ]);
    expect((await openCheckpoint(source)).tensors.get('w')?.shape).toEqual([2, 3]);
  });

  test('one storage under two element types', async () => {
    const root = dict(
      str('a'),
      tensor(storage('0', 6), [6], [1]),
      str('b'),
      tensor(storage('0', 3, 'DoubleStorage'), [3], [1]),
    );
    const { tensors } = await openCheckpoint(archive(root));
    expect([...tensors.values()].map(({ dtype, byteLength }) => [dtype, byteLength])).toEqual([
      ['F32', 24],
      ['F64', 24],
    ]);
    expect(tensors.get('a')?.offset).toBe(tensors.get('b')?.offset);
  });
});

describe('malformed', () => {
  const of = (...args: Parameters<typeof tensor>) => dict(str('w'), tensor(...args));
  const raw = (...args: Piece[]) => dict(str('w'), call(global('torch._utils', '_rebuild_tensor_v2'), ...args));
  test.each<[string, Piece, CheckpointErrorCode, RegExp]>([
    [
      'os.system',
      dict(str('w'), WEIGHT, str('x'), call(global('os', 'system'), str('id'))),
      'forbidden-pickle',
      /os\.system.*byte \d+/,
    ],
    [
      'a whole model',
      dict(str('model'), global('models.cls_cvt', 'ConvolutionalVisionTransformer')),
      'forbidden-pickle',
      /models\.cls_cvt\.Conv.*state_dict/,
    ],
    ['torch.load by a detour', call(global('torch', 'load'), str('x')), 'forbidden-pickle', /torch\.load/],
    [
      'a storage called',
      dict(str('w'), call(global('torch', 'FloatStorage'), int(9))),
      'forbidden-pickle',
      /torch\.FloatStorage/,
    ],
    [
      'a storage of an unknown type',
      of(storage('0', 6, 'ComplexFloatStorage'), [6], [1]),
      'forbidden-pickle',
      /ComplexFloatStorage/,
    ],
    ['the state of a tensor', dict(str('w'), bytesOf(WEIGHT, dict(), BUILD)), 'forbidden-pickle', /an object/],
    ['another persistent id', dict(str('w'), bytesOf(tuple(str('module'), NONE), 'Q')), 'forbidden-pickle', /outside/],
    ['a persistent id of text', dict(str('w'), bytesOf(str('0'), 'Q')), 'forbidden-pickle', /outside/],
    [
      'a storage without a type',
      dict(str('w'), bytesOf(tuple(str('storage'), str('f'), str('0'), str('cpu'), int(6)), 'Q')),
      'corrupt',
      /storage/,
    ],
    ['a storage of −1 elements', of(storage('0', -1), [1], [1]), 'corrupt', /storage/],
    ['a storage that is not there', of(storage('7', 6), [6], [1]), 'corrupt', /m\/data\/7/],
    ['a storage by a path', of(storage('../data.pkl', 6), [6], [1]), 'corrupt', /not in the zip/],
    ['a storage larger than its entry', of(storage('0', 7), [6], [1]), 'corrupt', /m\/data\/0/],
    ['a storage smaller than its entry', of(storage('0', 5), [5], [1]), 'corrupt', /m\/data\/0/],
    ['a storage of 2^31 − 1 elements', of(storage('0', 2 ** 31 - 1), [2 ** 30], [1]), 'corrupt', /m\/data\/0/],
    ['a tensor past its storage', of(storage('0', 6), [7], [1]), 'corrupt', /\[7\].*6 elements/],
    ['an offset past its storage', of(storage('0', 6), [2], [1], 5), 'corrupt', /offset 5/],
    ['strides past its storage', of(storage('0', 6), [2, 2], [5, 1]), 'corrupt', /strides \[5, 1\]/],
    ['a negative stride', of(storage('0', 6), [2], [-1], 3), 'corrupt', /valid/],
    ['a negative offset', of(storage('0', 6), [2], [1], -1), 'corrupt', /valid/],
    ['a negative size', of(storage('0', 6), [-2, -3], [3, 1]), 'corrupt', /valid/],
    ['a shape and strides of different lengths', of(storage('0', 6), [2, 3], [1]), 'corrupt', /valid/],
    ['a shape that overflows', of(storage('0', 6), [2 ** 30, 2 ** 30], [0, 0]), 'too-large', /counted/],
    [
      'strides that overflow',
      raw(
        storage('0', 6),
        int(0),
        tuple(int(3), int(3)),
        tuple([0x8a, 6, 0, 0, 0, 0, 0, 16], [0x8a, 7, 0, 0, 0, 0, 0, 0, 31]),
        [0x89],
        NONE,
      ),
      'corrupt',
      /does not fit/,
    ],
    [
      '100 dimensions',
      of(storage('0', 6), new Array(100).fill(1), new Array(100).fill(1)),
      'too-large',
      /100 dimensions/,
    ],
    [
      'a shape that is a list',
      raw(storage('0', 6), int(0), list(int(6)), tuple(int(1)), [0x89], NONE),
      'corrupt',
      /valid/,
    ],
    ['a tensor without arguments', raw(), 'corrupt', /None|undefined|instead of a storage/],
    ['a tensor of a tensor', raw(WEIGHT, int(0), tuple(), tuple(), [0x89], NONE), 'corrupt', /instead of a storage/],
    [
      'a parameter of nothing',
      dict(str('w'), call(global('torch._utils', '_rebuild_parameter'), NONE, [0x88], NONE)),
      'corrupt',
      /parameter/,
    ],
    ['an OrderedDict of a number', orderedDict(int(3)), 'corrupt', /OrderedDict/],
    ['an OrderedDict of no pairs', orderedDict(list(int(3))), 'corrupt', /OrderedDict/],
    [
      'an OrderedDict that holds itself',
      bytesOf(global('collections', 'OrderedDict'), EMPTY_TUPLE, REDUCE, put(1), str('a'), get(1), 's'),
      'corrupt',
      /itself/,
    ],
    ['a number', int(3), 'missing-tensor', /state_dict/],
    ['a tensor alone', WEIGHT, 'missing-tensor', /state_dict/],
    ['no tensors', dict(str('epoch'), int(3)), 'missing-tensor', /state_dict/],
  ])('%s', async (_, root, code, message) => {
    const error = await failure(() => openCheckpoint(archive(root)), code);
    expect(error.message).toMatch(/^made\.zip: /);
    expect(error.message).toMatch(message);
  });

  const good = pickle(dict(str('w'), WEIGHT));
  test.each<[string, readonly ZipFile[], CheckpointErrorCode]>([
    ['no pickle', [SIX], 'unknown-format'],
    ['a pickle two folders down', [{ name: 'a/b/data.pkl', data: good }, SIX], 'unknown-format'],
    ['two pickles', [{ name: 'm/data.pkl', data: good }, { name: 'n/data.pkl', data: good }, SIX], 'corrupt'],
    ['TorchScript', [{ name: 'm/data.pkl', data: good }, { name: 'm/constants.pkl', data: good }, SIX], 'unsupported'],
    ['a compressed pickle', [{ name: 'm/data.pkl', data: good, method: 8 }, SIX], 'unsupported'],
    [
      'compressed tensor data',
      [
        { name: 'm/data.pkl', data: good },
        { ...SIX, method: 8 },
      ],
      'unsupported',
    ],
    [
      'encrypted tensor data',
      [
        { name: 'm/data.pkl', data: good },
        { ...SIX, flags: 1 },
      ],
      'unsupported',
    ],
    [
      'big-endian',
      [{ name: 'm/data.pkl', data: good }, SIX, { name: 'm/byteorder', data: bytesOf('big') }],
      'unsupported',
    ],
    [
      'no byte order',
      [{ name: 'm/data.pkl', data: good }, SIX, { name: 'm/byteorder', data: bytesOf('middle') }],
      'corrupt',
    ],
    ['an empty pickle', [{ name: 'm/data.pkl', data: bytesOf() }, SIX], 'truncated'],
    ['a pickle cut short', [{ name: 'm/data.pkl', data: good.slice(0, -9) }, SIX], 'truncated'],
    ['a pickle of a terabyte', [{ name: 'm/data.pkl', data: 2 ** 40 }, SIX], 'too-large'],
  ])('%s', async (_, files, code) => {
    const error = await failure(() => openCheckpoint(zip(files)), code);
    expect(error.message).toMatch(/^made\.zip: /);
  });

  test.each(['official-zip.pth', 'official-strided-views.pth'])('%s cut anywhere is truncated', async (file) => {
    const whole = fixtureBytes(file);
    for (const length of [4, 5, 30, 64, 1000, 30_000, whole.length >> 1, whole.length - 22, whole.length - 1])
      await failure(() => openCheckpoint(new MemorySource(file, whole.subarray(0, length))), 'truncated');
  });
});
