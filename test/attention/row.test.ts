import { describe, expect, it } from 'vitest';
import {
  type AttentionTaps,
  attentionColumn,
  attentionRow,
  attentionRows,
  rowNormalisers,
  weightedRows,
} from '../../models/attention/row.ts';
import { mulberry32 } from './pointing/random.ts';
import { attentionMatrix, type Matrix, meanMatrix, randomTaps, range, sum } from './reference.ts';

const SHAPES = [
  [1, 4, 4, 3],
  [3, 5, 2, 4],
  [6, 10, 7, 8],
  [2, 9, 13, 1],
] as const;

const HUGE: AttentionTaps = {
  q: Float32Array.of(1e4, -1e4),
  k: Float32Array.of(1, 0.5, -1),
  heads: 1,
  queries: 2,
  keys: 3,
  headDim: 1,
  scale: 1,
};

describe.each(SHAPES)('%i heads, %i queries, %i keys, width %i', (...shape) => {
  const taps = randomTaps(mulberry32(shape[1]), ...shape);
  const matrix = attentionMatrix(taps);
  const mean = meanMatrix(matrix);
  const normalisers = rowNormalisers(taps);

  it('gives the rows of the whole matrix', () => {
    for (const query of range(taps.queries)) {
      for (const head of range(taps.heads)) expectClose(attentionRow(taps, head, query), matrix[head]![query]!);
      expectClose(attentionRow(taps, null, query), mean[query]!);
      expectClose(
        attentionRows(taps, query),
        matrix.flatMap((rows) => rows[query]!),
      );
    }
  });

  it('gives the columns of the whole matrix', () => {
    const columnOf = (rows: Matrix, key: number) => rows.map((row) => row[key]!);
    for (const key of range(taps.keys)) {
      for (const head of range(taps.heads))
        expectClose(attentionColumn(taps, head, key, normalisers), columnOf(matrix[head]!, key));
      expectClose(attentionColumn(taps, null, key, normalisers), columnOf(mean, key));
    }
  });

  it('sums rows by the weights of their queries', () => {
    const weights = range(taps.queries).map((query) => (query % 3 === 1 ? 0 : query - 1.5));
    const expected = matrix.flatMap((rows) =>
      range(taps.keys).map((key) => sum(rows.map((row, query) => weights[query]! * row[key]!))),
    );
    expectClose(weightedRows(taps, weights), expected);
  });
});

describe('scores that overflow an exponential', () => {
  it('leave rows finite', () => {
    expect([...attentionRow(HUGE, 0, 0)]).toEqual([1, 0, 0]);
    expect([...attentionRow(HUGE, null, 1)]).toEqual([0, 0, 1]);
    expect([...attentionRows(HUGE, 0)]).toEqual([1, 0, 0]);
  });

  it('leave columns finite', () => {
    const normalisers = rowNormalisers(HUGE);
    expect([...normalisers]).toEqual([1e4, 1e4]);
    expect([...attentionColumn(HUGE, 0, 0, normalisers)]).toEqual([1, 0]);
    expect([...attentionColumn(HUGE, null, 2, normalisers)]).toEqual([0, 1]);
  });
});

describe('what is not there', () => {
  const taps = randomTaps(mulberry32(1), 2, 3, 4, 5);
  const normalisers = rowNormalisers(taps);
  const requests: [what: string, request: () => unknown][] = [
    ['a head too many', () => attentionRow(taps, 2, 0)],
    ['a head before the first', () => attentionRow(taps, -1, 0)],
    ['a query too many', () => attentionRow(taps, 0, 3)],
    ['a query before the first', () => attentionRow(taps, null, -1)],
    ['half a query', () => attentionRow(taps, null, 0.5)],
    ['no number', () => attentionRows(taps, Number.NaN)],
    ['a key too many', () => attentionColumn(taps, null, 4, normalisers)],
    ['a column of a head too many', () => attentionColumn(taps, 2, 0, normalisers)],
    ['normalisers of another block', () => attentionColumn(taps, 0, 0, normalisers.subarray(1))],
    ['weights of another block', () => weightedRows(taps, [1, 2])],
    ['taps of another size', () => attentionRow({ ...taps, keys: 5 }, 0, 0)],
    ['taps of another size, normalised', () => rowNormalisers({ ...taps, queries: 5 })],
  ];
  it.each(requests)('is refused: %s', (_, request) => {
    expect(request).toThrow(expect.objectContaining({ code: 'engine-bad-request' }));
  });
});

function expectClose(actual: Float32Array, expected: readonly number[]): void {
  expect(actual).toHaveLength(expected.length);
  for (const [index, value] of expected.entries()) expect(actual[index]).toBeCloseTo(value, 6);
}
