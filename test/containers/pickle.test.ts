import { describe, expect, test } from 'vitest';
import { MAX_NESTING, MAX_STACK } from '../../models/containers/pickle/limits.ts';
import type { PickleRules } from '../../models/containers/pickle/opcodes.ts';
import { readPickle } from '../../models/containers/pickle/read-pickle.ts';
import type { PickleBuilder } from '../../models/containers/pickle/values.ts';
import type { CheckpointErrorCode } from '../../models/errors.ts';
import { bytesOf, type Piece, u16, u32, u64 } from '../formats/byte-writer.ts';
import { failure } from '../formats/expect-code.ts';
import {
  BUILD,
  call,
  dict,
  EMPTY_TUPLE,
  get,
  global,
  int,
  list,
  MARK,
  NONE,
  PROTO2,
  pickle,
  put,
  REDUCE,
  STOP,
  str,
  tuple,
} from '../formats/pickle-writer.ts';

const RULES: PickleRules = {
  globals: new Map<string, PickleBuilder | null>([
    ['shop.Pair', (args) => ({ pair: args })],
    ['shop.Named', null],
  ]),
};
const FILE_OFFSET = 5000;

function read(bytes: Uint8Array, rules = RULES): unknown {
  return readPickle(bytes, { file: 'made.pth', offset: FILE_OFFSET }, rules);
}

describe('values', () => {
  test.each<[string, readonly Piece[], unknown]>([
    ['None', [NONE], null],
    ['True', [[0x88]], true],
    ['False', [[0x89]], false],
    ['BININT1', [[0x4b, 200]], 200],
    ['BININT2', [[0x4d, 0x10, 0x27]], 10_000],
    ['BININT', [int(-5)], -5],
    ['LONG1 of no bytes', [[0x8a, 0]], 0],
    ['LONG1', [[0x8a, 2, 0x00, 0x80]], -32_768],
    ['LONG1 beyond 2^53', [[0x8a, 8, 1, 0, 0, 0, 0, 0, 0, 0x40]], 2n ** 62n + 1n],
    ['LONG4', [[0x8b], u32(3), [0, 0, 1]], 65_536],
    ['BINFLOAT', [[0x47, 0x3f, 0xf8, 0, 0, 0, 0, 0, 0]], 1.5],
    ['BINUNICODE', [str('naïve 日本')], 'naïve 日本'],
    ['a byte order mark is text', [str('\ufeffa')], '\ufeffa'],
    ['SHORT_BINUNICODE', [[0x8c, 2], 'ab'], 'ab'],
    ['BINUNICODE8', [[0x8d], u64(2), 'ab'], 'ab'],
    ['SHORT_BINBYTES', [[0x43, 2, 1, 255]], Uint8Array.of(1, 255)],
    ['BINBYTES', [[0x42], u32(1), [7]], Uint8Array.of(7)],
    ['BINBYTES8', [[0x8e], u64(1), [7]], Uint8Array.of(7)],
    ['tuples', [EMPTY_TUPLE, [0x85], int(1), int(2), [0x87]], [[[]], 1, 2]],
    ['TUPLE2 and TUPLE', [tuple(int(1), int(2), int(3)), NONE, [0x86]], [[1, 2, 3], null]],
    ['APPEND and APPENDS', [list(int(1), int(2)), int(3), [0x61]], [1, 2, 3]],
    [
      'SETITEM and SETITEMS',
      [dict(str('a'), int(1)), int(2), NONE, [0x73]],
      new Map<unknown, unknown>([
        ['a', 1],
        [2, null],
      ]),
    ],
    ['a set', [[0x8f], MARK, int(1), int(2), [0x90]], new Set([1, 2])],
    ['the memo', [str('x'), put(70_000), get(70_000), [0x86]], ['x', 'x']],
    ['BINPUT and BINGET', [str('x'), [0x71, 3, 0x68, 3], [0x86]], ['x', 'x']],
    ['MEMOIZE', [str('x'), [0x94], str('y'), [0x94, 0x68, 0], [0x87]], ['x', 'y', 'x']],
    ['a frame', [[0x95], u64(2), NONE], null],
    ['GLOBAL and REDUCE', [call(global('shop', 'Pair'), int(1), int(2))], { pair: [1, 2] }],
    ['STACK_GLOBAL', [str('shop'), str('Pair'), [0x93], EMPTY_TUPLE, REDUCE], { pair: [] }],
  ])('%s', (_, pieces, expected) => {
    expect(read(pickle(...pieces))).toEqual(expected);
  });

  test('no key is special', () => {
    const value = read(pickle(dict(str('__proto__'), dict(str('polluted'), int(1)), str('constructor'), int(2))));
    expect(value).toEqual(
      new Map<string, unknown>([
        ['__proto__', new Map([['polluted', 1]])],
        ['constructor', 2],
      ]),
    );
    expect('polluted' in {}).toBe(false);
  });

  test('persistent ids and states go to the caller', () => {
    const states: unknown[] = [];
    const value = read(pickle(tuple(str('file'), int(3)), 'Q', dict(str('k'), int(1)), BUILD), {
      globals: new Map(),
      persistent: (id) => ({ id }),
      setState: (target, state) => states.push(target, state),
    });
    expect(value).toEqual({ id: ['file', 3] });
    expect(states).toEqual([{ id: ['file', 3] }, new Map([['k', 1]])]);
  });
});

describe('what is forbidden is named, with its byte', () => {
  const at = (position: number) => `byte ${FILE_OFFSET + position}`;
  test.each<[string, Uint8Array, string, string]>([
    ['os.system', pickle(call(global('os', 'system'), str('touch /tmp/pwned'))), 'os.system', at(2)],
    ['os.system, as Unix names it', pickle(call(global('posix', 'system'), str('id'))), 'posix.system', at(2)],
    ['builtins.eval', pickle(NONE, global('builtins', 'eval')), 'builtins.eval', at(3)],
    ['POP', pickle(NONE, [0x30]), 'POP (0x30)', at(3)],
    ['builtins.getattr by the stack', pickle(str('builtins'), str('getattr'), [0x93]), 'builtins.getattr', at(27)],
    ['a global of Object.prototype', pickle(global('constructor', 'constructor')), 'constructor.constructor', at(2)],
    ['a name with control characters', pickle(global('os\u001b[31m', 'system')), 'os?[31m.system', at(2)],
    ['a call of what may only be named', pickle(call(global('shop', 'Named'))), 'shop.Named', at(16)],
    ['a call of a string', pickle(call(str('os.system'))), 'a string', at(18)],
    ['a call of a call’s result', pickle(call(call(global('shop', 'Pair')))), 'an object', at(18)],
    ['BUILD', pickle(NONE, NONE, BUILD), 'None', at(4)],
    ['a persistent id', pickle(NONE, 'Q'), 'outside', at(3)],
    ['INST', pickle(MARK, 'ios\nsystem\n'), 'INST (0x69)', at(3)],
    ['OBJ', pickle(MARK, 'o'), 'OBJ (0x6f)', at(3)],
    ['NEWOBJ', pickle(global('shop', 'Pair'), EMPTY_TUPLE, [0x81]), 'NEWOBJ (0x81)', at(14)],
    ['NEWOBJ_EX', pickle([0x92]), 'NEWOBJ_EX (0x92)', at(2)],
    ['EXT1', pickle([0x82, 1]), 'EXT1 (0x82)', at(2)],
    ['DUP', pickle(NONE, '2'), 'DUP (0x32)', at(3)],
    ['protocol 0', bytesOf('(dp0\n.'), 'DICT (0x64)', at(1)],
    ['a byte that is no opcode', pickle([0xff]), '0xff', at(2)],
  ])('%s', async (_, bytes, name, place) => {
    const error = await failure(() => read(bytes), 'forbidden-pickle');
    expect(error.message).toMatch(/^made\.pth: /);
    expect(error.message).toContain(name);
    expect(error.message).toContain(`${place}.`);
  });

  test('a builder is not called where the pickle is refused before', async () => {
    let called = 0;
    const globals = new Map<string, PickleBuilder>([['shop.Count', () => ++called]]);
    await failure(
      () => read(pickle(global('os', 'system'), call(global('shop', 'Count'))), { globals }),
      'forbidden-pickle',
    );
    expect(called).toBe(0);
  });
});

const times = (count: number, ...pieces: Piece[]) => {
  const piece = bytesOf(...pieces);
  const all = new Uint8Array(count * piece.length);
  for (let i = 0; i < count; i++) all.set(piece, i * piece.length);
  return all;
};
const repeat = (byte: number, count: number) => new Uint8Array(count).fill(byte);

describe('malformed', () => {
  test.each<[string, Uint8Array, CheckpointErrorCode]>([
    ['nothing', bytesOf(), 'truncated'],
    ['no STOP', bytesOf(PROTO2, NONE), 'truncated'],
    ['STOP on nothing', bytesOf(PROTO2, STOP), 'corrupt'],
    ['two values at the end', pickle(NONE, NONE), 'corrupt'],
    ['an open mark at the end', pickle(NONE, MARK), 'corrupt'],
    ['protocol 1', bytesOf([0x80, 1], NONE, STOP), 'unsupported'],
    ['protocol 6', bytesOf([0x80, 6], NONE, STOP), 'unsupported'],
    ['text longer than the pickle', pickle([0x58], u32(0xffffffff), 'a'), 'truncated'],
    ['text of 2^63 bytes', pickle([0x8d], u64(2n ** 63n), 'a'), 'too-large'],
    ['bytes longer than the pickle', pickle([0x8e], u64(2 ** 40)), 'truncated'],
    ['a frame longer than the pickle', pickle([0x95], u64(100), NONE), 'truncated'],
    ['a global without an end', bytesOf(PROTO2, 'cos\nsystem'), 'truncated'],
    ['a global of kilobytes', pickle(global('m'.repeat(4000), 'n')), 'forbidden-pickle'],
    ['text that is not UTF-8', pickle([0x8c, 1, 0xff]), 'corrupt'],
    ['a lone surrogate', pickle([0x8c, 3, 0xed, 0xa0, 0x80]), 'corrupt'],
    ['an integer of a megabyte', pickle([0x8b], u32(2 ** 20), repeat(1, 2 ** 20)), 'too-large'],
    ['a negative count in LONG4', pickle([0x8b], u32(0xffffffff)), 'too-large'],
    ['a tuple of what is not there', pickle(NONE, [0x87]), 'corrupt'],
    ['a tuple across a mark', pickle(NONE, MARK, [0x85]), 'corrupt'],
    ['a group never opened', pickle(NONE, [0x74]), 'corrupt'],
    ['APPEND to a tuple', pickle(EMPTY_TUPLE, NONE, [0x61]), 'corrupt'],
    ['APPENDS to a dict', pickle(dict(), MARK, NONE, [0x65]), 'corrupt'],
    ['SETITEM on a list', pickle(list(), NONE, NONE, [0x73]), 'corrupt'],
    ['a key without a value', pickle(dict(NONE)), 'corrupt'],
    ['a dict as a key', pickle(dict(dict(), NONE)), 'corrupt'],
    ['a list in a set', pickle([0x8f], MARK, list(), [0x90]), 'corrupt'],
    ['a memo entry never made', pickle(get(9)), 'corrupt'],
    ['a memo entry of nothing', pickle([0x71, 0]), 'corrupt'],
    ['a list in itself', pickle(list(), put(0), get(0), [0x61]), 'corrupt'],
    ['two lists in each other', pickle(list(), put(0), list(), put(1), get(0), [0x61, 0x61]), 'corrupt'],
    ['arguments that are no tuple', pickle(global('shop', 'Pair'), list(), REDUCE), 'corrupt'],
    ['a global named by numbers', pickle(int(1), int(2), [0x93]), 'corrupt'],
    [`tuples nested ${MAX_NESTING + 1} deep`, pickle(EMPTY_TUPLE, repeat(0x85, MAX_NESTING)), 'too-large'],
    ['tuples nested a million deep', pickle(EMPTY_TUPLE, repeat(0x85, 1_000_000)), 'too-large'],
    ['lists nested a million deep', pickle(repeat(0x5d, 1_000_000), repeat(0x61, 999_999)), 'too-large'],
    ['marks a million deep', pickle(repeat(0x28, 1_000_000)), 'too-large'],
    [`a stack of ${MAX_STACK + 1}`, pickle(repeat(0x4e, MAX_STACK + 1)), 'too-large'],
    ['two million empty dicts', pickle(list(), times(2000, MARK, repeat(0x7d, 1000), [0x65])), 'too-large'],
    ['a memo of two million', pickle(NONE, times(2_000_000, [0x94])), 'too-large'],
    [
      'one value fetched two million times',
      pickle(NONE, put(0), list(), times(2000, MARK, times(1000, [0x68, 0]), [0x65])),
      'too-large',
    ],
    ['a pickle of 17 MiB', repeat(0x4e, 17 * 2 ** 20), 'too-large'],
    ['a NUL in a global', pickle(global('os\0', 'system')), 'forbidden-pickle'],
    ['a global that is not UTF-8', pickle([0x63, 0xff, 0x0a, 0x61, 0x0a]), 'corrupt'],
  ])('%s', async (_, bytes, code) => {
    const error = await failure(() => read(bytes), code);
    expect(error.message).toMatch(/^made\.pth: /);
    expect(error.message.length).toBeLessThan(600);
  });

  test('references that double at each step cost nothing', () => {
    // Thirty steps: a billion leaves if anything walked them.
    const value = read(pickle(NONE, ...Array.from({ length: 30 }, (_, i) => bytesOf(put(i), get(i), [0x86]))));
    expect(value).toHaveLength(2);
  });

  test('cut anywhere, it is truncated', async () => {
    const whole = pickle(
      dict(str('a'), tuple(int(1), [0x8a, 3, 1, 2, 3]), str('b'), [0x47], repeat(0, 8)),
      put(2),
      [0x95],
      u64(1),
    );
    for (let length = 0; length < whole.length; length++)
      await failure(() => read(whole.slice(0, length)), 'truncated');
    expect(read(whole)).toBeInstanceOf(Map);
  });
});

test('lengths are little-endian, two bytes of them too', () => {
  expect(read(pickle('M', u16(0x0102)))).toBe(0x0102);
});
