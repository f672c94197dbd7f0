import { describe, expect, it } from 'vitest';
import { describeMap, summariseMap } from '../../models/attention/map-summary.ts';

describe('summariseMap', () => {
  it('splits CLS off and finds range and strongest cell', () => {
    const values = Float32Array.of(0.25, 0.125, 0.0625, 0.03125, 0.5, 0.015625, 0.015625);
    const summary = summariseMap(values, { rows: 2, cols: 3 }, 1);
    expect(summary).toMatchObject({
      min: 0.015625,
      max: 0.5,
      clsShare: 0.25,
      strongest: { index: 3, row: 1, col: 0, value: 0.5 },
      strongestTimesUniform: 3.5,
      halfMassCells: 1,
    });
    expect([...summary.cells]).toEqual([...values.subarray(1)]);
  });

  it('counts every cell of an even map, and no CLS where there is none', () => {
    const summary = summariseMap(new Float32Array(8).fill(1 / 8), { rows: 2, cols: 4 }, 0);
    expect(summary).toMatchObject({ clsShare: null, strongestTimesUniform: 1, halfMassCells: 4 });
  });

  it('stands a map of zeros, all attention being on CLS', () => {
    const summary = summariseMap(Float32Array.of(1, 0, 0), { rows: 1, cols: 2 }, 1);
    expect(summary).toMatchObject({ min: 0, max: 0, clsShare: 1, halfMassCells: 1 });
  });

  it('refuses a map of another size', () => {
    expect(() => summariseMap(new Float32Array(7), { rows: 2, cols: 3 }, 0)).toThrow(RangeError);
  });
});

describe('describeMap', () => {
  const peakAt = (row: number, col: number) => {
    const values = new Float32Array(36);
    values[row * 6 + col] = 1;
    return describeMap(summariseMap(values, { rows: 6, cols: 6 }, 0));
  };
  const rows: [row: number, col: number, words: string][] = [
    [0, 0, 'upper left'],
    [1, 3, 'upper middle'],
    [2, 5, 'middle right'],
    [3, 2, 'the middle,'],
    [5, 4, 'lower right'],
  ];
  it.each(rows)('row %i, column %i is %s', (row, col, words) => {
    expect(peakAt(row, col)).toContain(words);
    expect(peakAt(row, col)).toContain(`cell (${col}, ${row}): 100.0 %`);
  });

  it('says all of it', () => {
    const values = Float32Array.of(0.123, 0.5, 0.1, 0.1, 0.177);
    expect(describeMap(summariseMap(values, { rows: 2, cols: 2 }, 1))).toBe(
      'Strongest in the upper left, cell (0, 0): 50.0 %, 2.5 times uniform. Half of the map lies in 1 of 4 cells. ' +
        'The CLS token itself gets 12.3 %.',
    );
  });
});
