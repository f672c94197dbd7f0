import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { bytesOf, f32, type Piece, u64 } from '../formats/byte-writer.ts';
import { failure } from '../formats/expect-code.ts';
import {
  call,
  dict,
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
} from '../formats/pickle-writer.ts';
import { zip } from '../formats/zip-writer.ts';

/** What test/formats and test/containers leave: small files that ask for much again and again. */

const SIX = { name: 'm/data/0', data: f32(1, 2, 3, 4, 5, 6) };
const WEIGHT = tensor(storage('0', 6), [2, 3], [3, 1]);
const ORDERED = global('collections', 'OrderedDict');
const archive = (...root: readonly Piece[]) => zip([{ name: 'm/data.pkl', data: pickle(...root) }, SIX]);
const times = (count: number, piece: Uint8Array) => bytesOf(...Array.from({ length: count }, () => piece));

describe('a pickle', () => {
  test('of OrderedDicts nested a thousand deep is refused as lists are', async () => {
    let nested: Uint8Array = bytesOf(NONE);
    for (let depth = 0; depth < 1000; depth++) nested = call(ORDERED, list(tuple(str('a'), nested)));
    const error = await failure(() => openCheckpoint(archive(dict(str('w'), WEIGHT, str('x'), nested))), 'too-large');
    expect(error.message).toContain('nests');
  });

  test('that makes an OrderedDict of one long list ten thousand times is refused before memory is', async () => {
    const pairs = Array.from({ length: 20_000 }, (_, i) => tuple(int(i), NONE));
    // 7 bytes each: the global and the list are fetched, a tuple of one is made, and the one is called with the other.
    const once = bytesOf('j', [0, 0, 0, 0], 'j', [1, 0, 0, 0], [0x85], REDUCE);
    const root = bytesOf(ORDERED, put(0), list(...pairs), put(1), list(times(10_000, once)));
    const error = await failure(() => openCheckpoint(archive(tuple(root))), 'too-large');
    expect(error.message).toContain('values');
  });

  test('of tensors that share a shape of sixty thousand sides is refused at the first', async () => {
    const sides = tuple(...Array.from({ length: 60_000 }, () => int(1)));
    const rebuilt = call(global('torch._utils', '_rebuild_tensor_v2'), storage('0', 6), int(0), get(0), get(0));
    const error = await failure(() => openCheckpoint(archive(tuple(sides, put(0), times(2000, rebuilt)))), 'too-large');
    expect(error.message).toContain('60000 dimensions');
  });

  test('with an OrderedDict of tensors is read', async () => {
    const { tensors } = await openCheckpoint(archive(call(ORDERED, list(tuple(str('w'), WEIGHT)))));
    expect([...tensors.keys()]).toEqual(['w']);
  });
});

describe('a safetensors header', () => {
  const open = (text: string) => openCheckpoint(new MemorySource('made.safetensors', bytesOf(u64(text.length), text)));
  const MANY = 3 << 20;

  test.each([
    ['nested half a million deep', `${'{"a":'.repeat(MANY / 6)}1${'}'.repeat(MANY / 6)}`, 'corrupt'],
    ['of lists a million deep', `{"a":${'['.repeat(MANY / 2)}${']'.repeat(MANY / 2)}}`, 'corrupt'],
    [
      'of a hundred thousand tensors of nothing',
      `{${Array.from({ length: 100_000 }, (_, i) => `"${i}":{}`).join(',')}}`,
      'corrupt',
    ],
    ['of one endless name', `{"${'a'.repeat(MANY)}":{}}`, 'corrupt'],
    ['of five megabytes', `{"a":"${'x'.repeat(5 << 20)}"}`, 'too-large'],
  ] as const)('%s is refused', async (_, text, code) => {
    const error = await failure(() => open(text), code);
    expect(error.message).toMatch(/^made\.safetensors: /);
    expect(error.message.length).toBeLessThan(600);
  });

  test('whose tensors are called __proto__ and constructor is read as any other', async () => {
    const info = (start: number) => `{"dtype":"U8","shape":[1],"data_offsets":[${start},${start + 1}]}`;
    const text = `{"__proto__":${info(0)},"constructor":${info(1)}}`;
    const bytes = bytesOf(u64(text.length), text, [1, 2]);
    const { tensors } = await openCheckpoint(new MemorySource('made.safetensors', bytes));
    expect([...tensors.keys()].sort()).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).dtype).toBeUndefined();
  });
});
