import { describe, expect, it } from 'vitest';
import { type AttentionTaps, attentionRow } from '../../models/attention/row.ts';

/** Taps with values in −2…2 that differ everywhere. */
function tapsOf(heads: number, queries: number, keys: number, headDim: number): AttentionTaps {
  const wave = (length: number, seed: number) => Float32Array.from({ length }, (_, i) => 2 * Math.sin(seed + i * 1.7));
  return {
    q: wave(heads * queries * headDim, 1),
    k: wave(heads * keys * headDim, 2),
    heads,
    queries,
    keys,
    headDim,
    scale: (heads * headDim) ** -0.5,
  };
}

/** softmax(scale · q·Kᵀ) from its definition: plain arrays, whole matrices, no stabilisation. */
function attentionMatrix({ q, k, heads, queries, keys, headDim, scale }: AttentionTaps): number[][][] {
  const range = (length: number) => Array.from({ length }, (_, i) => i);
  return range(heads).map((head) =>
    range(queries).map((query) => {
      const exponentials = range(keys).map((key) =>
        Math.exp(
          scale *
            range(headDim)
              .map((i) => q[(head * queries + query) * headDim + i]! * k[(head * keys + key) * headDim + i]!)
              .reduce((a, b) => a + b),
        ),
      );
      const total = exponentials.reduce((a, b) => a + b);
      return exponentials.map((value) => value / total);
    }),
  );
}

describe('attentionRow', () => {
  const shapes = [
    [1, 4, 4, 3],
    [3, 5, 2, 4],
    [6, 10, 7, 8],
  ] as const;
  it.each(shapes)('equals the whole matrix: %i heads, %i queries, %i keys, width %i', (...shape) => {
    const taps = tapsOf(...shape);
    const matrix = attentionMatrix(taps);
    for (let query = 0; query < taps.queries; query++) {
      for (let head = 0; head < taps.heads; head++) expectRow(attentionRow(taps, head, query), matrix[head]![query]!);
      const mean = matrix[0]![query]!.map((_, key) => {
        const column = matrix.map((rows) => rows[query]![key]!);
        return column.reduce((a, b) => a + b) / taps.heads;
      });
      expectRow(attentionRow(taps, null, query), mean);
    }
  });

  it('survives scores that overflow an exponential', () => {
    const taps: AttentionTaps = {
      q: Float32Array.of(1e4, -1e4),
      k: Float32Array.of(1, 0.5, -1),
      heads: 1,
      queries: 2,
      keys: 3,
      headDim: 1,
      scale: 1,
    };
    expect([...attentionRow(taps, 0, 0)]).toEqual([1, 0, 0]);
    expect([...attentionRow(taps, null, 1)]).toEqual([0, 0, 1]);
  });

  it('refuses what is not there', () => {
    const taps = tapsOf(2, 3, 4, 5);
    const requests: [number | null, number][] = [
      [2, 0],
      [-1, 0],
      [0, 3],
      [null, -1],
      [null, 0.5],
      [null, Number.NaN],
    ];
    for (const [head, query] of requests)
      expect(() => attentionRow(taps, head, query)).toThrow(expect.objectContaining({ code: 'engine-bad-request' }));
    expect(() => attentionRow({ ...taps, keys: 5 }, 0, 0)).toThrow(
      expect.objectContaining({ code: 'engine-bad-request' }),
    );
  });
});

function expectRow(row: Float32Array, expected: readonly number[]): void {
  expect(row).toHaveLength(expected.length);
  for (const [key, value] of expected.entries()) expect(row[key]).toBeCloseTo(value, 6);
  expect(row.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
}
