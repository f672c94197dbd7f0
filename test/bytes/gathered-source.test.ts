import { describe, expect, it, test } from 'vitest';
import { type ByteRange, type ByteSource, MemorySource } from '../../models/bytes/byte-source.ts';
import { GatheredSource, HOLE_BYTES, JOINED_BYTES } from '../../models/bytes/gathered-source.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { CancelledError, CheckpointError } from '../../models/errors.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';

/** Notes what is read of it, and how many reads were under way at most. */
class Watched implements ByteSource {
  readonly name = 'watched';
  readonly reads: ByteRange[] = [];
  mostAtOnce = 0;
  readonly #inner: MemorySource;
  readonly #endsAt: number;
  #underWay = 0;

  /** @param endsAt where the bytes end although the size says otherwise, as of a file that became shorter */
  constructor(bytes: Uint8Array, endsAt: number = bytes.byteLength) {
    this.#inner = new MemorySource('watched', bytes);
    this.#endsAt = endsAt;
  }

  get size(): number {
    return this.#inner.size;
  }

  async read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    this.reads.push(range);
    this.#underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
    await new Promise((resolve) => setTimeout(resolve));
    this.#underWay -= 1;
    const end = Math.min(range.end, this.#endsAt);
    return this.#inner.read({ start: Math.min(range.start, end), end }, signal);
  }
}

/** Numbers that are the same in every run. */
function* numbers(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state;
  }
}

function noise(length: number): Uint8Array {
  const random = numbers(7);
  return Uint8Array.from({ length }, () => random.next().value >>> 24);
}

const readAll = (source: ByteSource, ranges: readonly ByteRange[], signal?: AbortSignal) =>
  Promise.all(ranges.map((range) => source.read(range, signal)));

describe('ranges that are asked for together', () => {
  const bytes = noise(3 * JOINED_BYTES);
  test.each([1, 2, 3, 4, 5])(
    'give the bytes that they give apart, in any order and overlap (drawing %i)',
    async (seed) => {
      const random = numbers(seed);
      const below = (limit: number) => random.next().value % limit;
      const ranges = Array.from({ length: 200 }, () => {
        const start = below(bytes.length);
        const length = [0, 1, below(64), below(HOLE_BYTES), below(JOINED_BYTES)][below(5)]!;
        return { start, end: Math.min(bytes.length, start + length) };
      });
      const source = new Watched(bytes);
      const found = await readAll(new GatheredSource(source), ranges);
      for (const [index, { start, end }] of ranges.entries())
        expect(Buffer.compare(found[index]!, bytes.subarray(start, end)), `${start}-${end}`).toBe(0);
      expect(source.reads.length).toBeLessThan(ranges.length);
      for (const { start, end } of source.reads) {
        const isAskedForAlone = ranges.some((range) => range.start === start && range.end === end);
        if (!isAskedForAlone) expect(end - start).toBeLessThanOrEqual(JOINED_BYTES);
      }
    },
  );

  const cases: [what: string, ranges: [number, number][], reads: [number, number][]][] = [
    [
      'neighbours',
      [
        [0, 4],
        [4, 8],
        [8, 9],
      ],
      [[0, 9]],
    ],
    [
      'neighbours out of order',
      [
        [8, 9],
        [0, 4],
        [4, 8],
      ],
      [[0, 9]],
    ],
    [
      'across a hole',
      [
        [0, 4],
        [4 + HOLE_BYTES, 5 + HOLE_BYTES],
      ],
      [[0, 5 + HOLE_BYTES]],
    ],
    [
      'not across a larger one',
      [
        [0, 4],
        [5 + HOLE_BYTES, 6 + HOLE_BYTES],
      ],
      [
        [0, 4],
        [5 + HOLE_BYTES, 6 + HOLE_BYTES],
      ],
    ],
    [
      'up to the limit',
      [
        [0, 9],
        [9, JOINED_BYTES],
      ],
      [[0, JOINED_BYTES]],
    ],
    [
      'not beyond it',
      [
        [0, 9],
        [9, JOINED_BYTES + 1],
      ],
      [
        [0, 9],
        [9, JOINED_BYTES + 1],
      ],
    ],
    ['one that is larger by itself', [[0, JOINED_BYTES + 9]], [[0, JOINED_BYTES + 9]]],
    [
      'one inside another',
      [
        [0, 100],
        [10, 20],
      ],
      [[0, 100]],
    ],
  ];
  it.each(cases)('are read in one piece: %s', async (_, ranges, reads) => {
    const source = new Watched(bytes);
    const gathered = new GatheredSource(source);
    await readAll(
      gathered,
      ranges.map(([start, end]) => ({ start, end })),
    );
    expect(source.reads).toEqual(reads.map(([start, end]) => ({ start, end })));
  });

  it('are not read all at the same moment', async () => {
    const source = new Watched(bytes);
    const step = 2 * HOLE_BYTES;
    await readAll(
      new GatheredSource(source),
      Array.from({ length: 60 }, (_, index) => ({ start: index * step, end: index * step + 4 })),
    );
    expect(source.reads).toHaveLength(60);
    expect(source.mostAtOnce).toBe(8);
  });
});

describe('what goes wrong', () => {
  const bytes = noise(1000);

  it('a range beyond the end fails alone, its neighbour does not', async () => {
    const source = new GatheredSource(new Watched(bytes));
    const [inside, beyond] = await Promise.allSettled([
      source.read({ start: 990, end: 1000 }),
      source.read({ start: 1000, end: 1001 }),
    ]);
    expect(inside.status).toBe('fulfilled');
    expect(beyond.status === 'rejected' && beyond.reason).toBeInstanceOf(CheckpointError);
  });

  it('a source that ends early is said to, never padded', async () => {
    const source = new GatheredSource(new Watched(bytes, 500));
    await expect(source.read({ start: 0, end: 400 })).resolves.toHaveLength(400);
    await expect(source.read({ start: 450, end: 550 })).rejects.toMatchObject({ code: 'truncated' });
  });

  it('a withdrawn read ends as cancelled and takes no other with it', async () => {
    const source = new GatheredSource(new Watched(bytes));
    const controller = new AbortController();
    const withdrawn = source.read({ start: 0, end: 10 }, controller.signal);
    const other = source.read({ start: 10, end: 20 });
    controller.abort();
    await expect(withdrawn).rejects.toBeInstanceOf(CancelledError);
    await expect(other).resolves.toEqual(bytes.subarray(10, 20));
    await expect(source.read({ start: 0, end: 1 }, controller.signal)).rejects.toBeInstanceOf(CancelledError);
  });
});

test('a graph over cvt-13 takes few reads of its checkpoint', async () => {
  const spec = VARIANTS['cvt-13'];
  const source = new Watched(formulaCheckpoint(spec, 1000, 1));
  const checkpoint = await openCvt(new GatheredSource(source), { spec, activation: null });
  source.reads.length = 0;
  await buildCvtGraph(checkpoint, {
    height: 224,
    width: 224,
    batch: 1,
    outputs: {},
    placement: { kind: 'external', path: 'checkpoint' },
  });
  const small = [...checkpoint.tensors.values()].filter(({ byteLength }) => byteLength <= 8192);
  expect(small.length).toBeGreaterThan(250);
  expect(source.reads.length).toBeLessThan(120);
  expect(source.reads.reduce((sum, { start, end }) => sum + end - start, 0)).toBeLessThan(4e6);
});
