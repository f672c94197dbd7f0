import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { bytesOf, f32, type Piece, u32, u64 } from './byte-writer.ts';
import { failure } from './expect-code.ts';
import { array, binBytes, byteArray, dtype, floats, latin1 } from './numpy-writer.ts';
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
  str,
  tuple,
} from './pickle-writer.ts';
import { fixtureBytes, SparseSource } from './sources.ts';

const SIX = f32(1, 2, 3, 4, 5, 6);
const ROWS = [1, 2, 3, 4, 5, 6];
const matrix = array([2, 3], binBytes(SIX));
const half = Uint8Array.of(0, 0x3c, 0, 0xc1);

const open = (root: Piece) => openCheckpoint(new MemorySource('made.pdparams', pickle(root)));

describe('accepted', () => {
  test.each<[string, Piece, Record<string, number[]>]>([
    ['arrays', dict(str('w'), matrix, str('b'), floats(7, 8)), { w: ROWS, b: [7, 8] }],
    ['numpy 2', dict(str('w'), array([6], binBytes(SIX), { core: 'numpy._core' })), { w: ROWS }],
    ['protocol 2: bytes as text', dict(str('w'), array([2, 3], latin1(SIX))), { w: ROWS }],
    [
      'protocol 2: text too long to be a name',
      dict(str('w'), array([300], latin1(f32(...Array.from({ length: 300 }, (_, i) => -i))))),
      { w: Array.from({ length: 300 }, (_, i) => -i || 0) },
    ],
    ['protocol 2: no bytes', dict(str('w'), array([0, 3], call(global('__builtin__', 'bytes')))), { w: [] }],
    [
      'protocol 5: a buffer',
      dict(
        str('w'),
        call(global('numpy._core.numeric', '_frombuffer'), byteArray(SIX), dtype(), tuple(int(2), int(3)), str('C')),
      ),
      { w: ROWS },
    ],
    ['column-major', dict(str('w'), array([2, 3], binBytes(f32(1, 4, 2, 5, 3, 6)), { fortran: true })), { w: ROWS }],
    ['column-major text', dict(str('w'), array([2, 3], latin1(f32(1, 4, 2, 5, 3, 6)), { fortran: true })), { w: ROWS }],
    ['a scalar', dict(str('w'), array([], binBytes(f32(5)))), { w: [5] }],
    ['half', dict(str('w'), array([2], binBytes(half), { dtype: dtype('f2') })), { w: [1, -2.5] }],
    [
      'bfloat16, which Paddle calls uint16',
      dict(str('w'), array([2], binBytes(Uint8Array.of(0x80, 0x3f, 0x20, 0xc0)), { dtype: dtype('u2') })),
      { w: [1, -2.5] },
    ],
    [
      'a tensor inside another object: its name and array',
      dict(str('w'), call(global('__builtin__', 'tuple'), tuple(str('linear_0.w_0'), floats(1, 2)))),
      { w: [1, 2] },
    ],
    [
      "a trainer's file",
      dict(
        str('epoch'),
        int(3),
        str('lr'),
        call(global('numpy.core.multiarray', 'scalar'), dtype('f8'), binBytes(new Uint8Array(8))),
        str('state_dict'),
        bytesOf(global('collections', 'OrderedDict'), EMPTY_TUPLE, REDUCE, [0x28], str('w'), floats(1), [0x75]),
      ),
      { w: [1] },
    ],
    [
      'names of parameters beside them',
      dict(str('w'), floats(1), str('StructuredToParameterName@@'), dict(str('w'), str('linear_0.w_0'))),
      { w: [1] },
    ],
    ['one array under two names', dict(str('a'), bytesOf(floats(1), put(9)), str('b'), get(9)), { a: [1], b: [1] }],
  ])('%s', async (_, root, expected) => {
    const source = new MemorySource('made.pdparams', pickle(root));
    const index = await openCheckpoint(source);
    expect(index.format).toBe('paddle');
    const values: Record<string, number[]> = {};
    for (const [name, entry] of index.tensors) values[name] = [...(await readTensor(source, entry))].map((v) => v || 0);
    expect(values).toEqual(expected);
  });
});

describe('malformed', () => {
  const of = (piece: Piece) => dict(str('w'), piece);
  test.each<[string, Piece, CheckpointErrorCode, RegExp]>([
    [
      'os.system',
      dict(str('w'), matrix, str('x'), call(global('os', 'system'), str('id'))),
      'forbidden-pickle',
      /os\.system/,
    ],
    [
      'eval, as Paddle writes LoDTensors',
      of(call(global('builtins', 'eval'), str('data'))),
      'forbidden-pickle',
      /builtins\.eval/,
    ],
    ['a tensor of PyTorch', of(global('torch._utils', '_rebuild_tensor_v2')), 'forbidden-pickle', /torch\._utils/],
    [
      'an array of another class',
      of(array([1], binBytes(f32(1)), { type: global('collections', 'OrderedDict') })),
      'forbidden-pickle',
      /OrderedDict/,
    ],
    ['an array class called', of(call(global('numpy', 'ndarray'), int(9))), 'forbidden-pickle', /numpy\.ndarray/],
    [
      'another codec',
      of(array([1], call(global('_codecs', 'encode'), str('x'), str('rot13')))),
      'forbidden-pickle',
      /encodes/,
    ],
    ['a number encoded', of(call(global('_codecs', 'encode'), int(1), str('latin1'))), 'forbidden-pickle', /encodes/],
    [
      'a gigabyte made by bytes()',
      of(array([1], call(global('builtins', 'bytes'), int(2 ** 30)))),
      'forbidden-pickle',
      /bytes/,
    ],
    ['a state set twice', of(bytesOf(matrix, tuple(), BUILD)), 'forbidden-pickle', /state/],
    ['the state of a dict', of(bytesOf(dict(), dict(), BUILD)), 'forbidden-pickle', /state of a dict/],
    ['objects', of(array([1], list(NONE), { dtype: dtype('O8', '|') })), 'unsupported', /O8/],
    ['an element type by number', of(call(global('numpy', 'dtype'), int(4))), 'unsupported', /a number/],
    ['big-endian', of(array([6], binBytes(SIX), { dtype: dtype('f4', '>') })), 'unsupported', /big-endian/],
    ['no byte order', of(array([6], binBytes(SIX), { dtype: dtype('f4', 'x') })), 'corrupt', /byte order/],
    ['no element type', of(array([6], binBytes(SIX), { dtype: str('f4') })), 'corrupt', /a string as its element type/],
    ['another version of the state', of(array([6], binBytes(SIX), { version: int(2) })), 'corrupt', /state/],
    ['bytes that do not fill the shape', of(array([7], binBytes(SIX))), 'corrupt', /\[7\].*28 bytes, but has 24/],
    ['bytes beyond the shape', of(array([5], binBytes(SIX))), 'corrupt', /\[5\]/],
    ['text shorter than the shape', of(array([9], latin1(SIX))), 'corrupt', /\[9\]/],
    ['text as if it were bytes', of(array([1], str('abcd'))), 'corrupt', /shape or data/],
    ['a list for data', of(array([1], list(int(1)))), 'corrupt', /shape or data/],
    ['a negative size', of(array([-6], binBytes(SIX))), 'corrupt', /shape or data/],
    ['a shape that overflows', of(array([2 ** 30, 2 ** 30, 2 ** 30], binBytes(SIX))), 'too-large', /counted/],
    ['100 dimensions', of(array(new Array(100).fill(1), binBytes(f32(1)))), 'too-large', /100 dimensions/],
    [
      'an array that is never filled',
      of(call(global('numpy.core.multiarray', '_reconstruct'), global('numpy', 'ndarray'))),
      'corrupt',
      /without content/,
    ],
    [
      'no order',
      of(call(global('numpy.core.numeric', '_frombuffer'), byteArray(SIX), dtype(), tuple(int(6)), NONE)),
      'corrupt',
      /order/,
    ],
    ['arrays in pieces', dict(str('w'), matrix, str('UnpackBigParamInfor@@'), dict()), 'unsupported', /protocol=4/],
    ['no arrays', dict(str('epoch'), int(3)), 'missing-tensor', /Paddle/],
    ['a number', int(3), 'missing-tensor', /Paddle/],
    ['bytes longer than the file', of(bytesOf([0x8e], u64(2 ** 40))), 'truncated', /incomplete/],
    ['bytes longer than numbers', of(bytesOf([0x8e], u64(2n ** 63n))), 'too-large', /more than any file/],
    ['text longer than the file', of(bytesOf([0x58], u32(0xffffffff))), 'truncated', /incomplete/],
    ['a global without an end', bytesOf('cnumpy\nx'), 'truncated', /incomplete/],
    ['a global of kilobytes', of(global('n'.repeat(3000), 'x')), 'forbidden-pickle', /longer than/],
    ['tuples nested a million deep', bytesOf(EMPTY_TUPLE, new Uint8Array(1_000_000).fill(0x85)), 'too-large', /deep/],
    ['a pickle of opcodes without end', new Uint8Array(20 * 2 ** 20).fill(0x4e), 'too-large', /stacks|values|bytes/],
  ])('%s', async (_, root, code, message) => {
    const error = await failure(() => open(root), code);
    expect(error.message).toMatch(/^made\.pdparams: /);
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(600);
  });

  test.each<[string, Uint8Array]>([
    ['a character beyond Latin-1', str('€'.repeat(8))],
    ['too few characters', str(`${'é'.repeat(12)}ab`)],
  ])('text with %s is found when it is read', async (_, text) => {
    const data = call(global('_codecs', 'encode'), text, str('latin1'));
    const source = new MemorySource('made.pdparams', pickle(dict(str('w'), array([4], data))));
    const { tensors } = await openCheckpoint(source);
    await failure(() => readTensor(source, tensors.get('w')!), 'corrupt');
  });

  test.each(['paddlevit-p2.pdparams', 'paddlevit-p4.pdparams', 'passl-p4.pdparams'])(
    '%s cut anywhere is truncated',
    async (file) => {
      const whole = fixtureBytes(file);
      for (const length of [2, 3, 20, 200, 1000, 14_600, 30_000, whole.length >> 1, whole.length - 1])
        await failure(() => openCheckpoint(new MemorySource(file, whole.subarray(0, length))), 'truncated');
    },
  );
});

test('indexing a pickle of 1 GiB reads its opcodes and nothing of the arrays', async () => {
  const count = 760;
  const elements = 2 ** 28 / 512;
  const segments: { offset: number; bytes: Uint8Array }[] = [];
  let at = 0;
  const write = (...pieces: Piece[]) => {
    const bytes = bytesOf(...pieces);
    segments.push({ offset: at, bytes });
    at += bytes.length;
  };
  write([0x80, 4], '}', '(');
  for (let i = 0; i < count; i++) {
    const whole = array([elements], binBytes(new Uint8Array()));
    // The array's bytes are left out: their length is written over, and the rest follows after a hole.
    const length = whole.findIndex((_, j) => whole[j] === 0x42 && whole[j + 1] === 0 && whole[j + 5] === 0x74);
    write(str(`stage2.blocks.${i}.attn.conv_proj_q.conv.weight`), whole.subarray(0, length + 1), u32(4 * elements));
    at += 4 * elements;
    write(whole.subarray(length + 5));
  }
  write('u', '.');
  const source = new SparseSource('large.pdparams', at, segments);
  expect(source.size).toBeGreaterThan(1.5e9);
  const { tensors } = await openCheckpoint(source);
  expect(tensors.size).toBe(count);
  expect(source.bytesRead).toBeLessThan(2e6);
  const last = [...tensors.values()].at(-1)!;
  expect(last.byteLength).toBe(4 * elements);
  expect(last.offset + last.byteLength).toBe(source.size - bytesOf([0x74, ...BUILD], 'u', '.').length);
});
