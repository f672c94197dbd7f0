import { describe, expect, it } from 'vitest';
import type { AttentionMap } from '../../models/attention/attention-map.ts';
import { describeMap, type MapNames } from '../../models/attention/describe-map.ts';
import { halfMassCells, summariseMap } from '../../models/attention/map-summary.ts';

const ROW: AttentionMap = {
  view: 'row',
  stage: 1,
  block: 2,
  head: null,
  token: 5,
  on: 'keys',
  grid: { rows: 2, cols: 3 },
  cells: Float32Array.of(0.125, 0.0625, 0.03125, 0.5, 0.015625, 0.015625),
  cls: 0.25,
  unit: 'probability',
  signed: false,
  uniform: 7,
};

const SIGNED: AttentionMap = {
  ...ROW,
  view: 'attribution',
  token: null,
  unit: 'logit',
  signed: true,
  uniform: null,
  cells: Float32Array.of(0.5, -0.25, 0, 1.5, -2, 0.125),
  cls: -0.75,
  classes: { target: 3, contrast: null },
};

describe('summariseMap', () => {
  it('finds range and strongest cell', () => {
    expect(summariseMap(ROW)).toEqual({
      min: 0.015625,
      max: 0.5,
      strongest: { index: 3, row: 1, col: 0, value: 0.5 },
      weakest: { index: 4, row: 1, col: 1, value: 0.015625 },
      strongestTimesUniform: 3.5,
      positiveSum: 0.75,
      negativeSum: 0,
    });
  });

  it('keeps what speaks for and against apart', () => {
    expect(summariseMap(SIGNED)).toMatchObject({
      strongest: { row: 1, col: 0, value: 1.5 },
      weakest: { row: 1, col: 1, value: -2 },
      strongestTimesUniform: null,
      positiveSum: 2.125,
      negativeSum: -2.25,
    });
  });

  it('refuses a map of another size', () => {
    expect(() => summariseMap({ ...ROW, cells: new Float32Array(7) })).toThrow(RangeError);
    expect(() => summariseMap({ ...ROW, grid: { rows: 0, cols: 3 }, cells: new Float32Array() })).toThrow(RangeError);
  });
});

describe('halfMassCells', () => {
  const rows: [what: string, cells: number[], count: number][] = [
    ['one cell holds more than half', [0.1, 0.6, 0.1, 0.1], 1],
    ['an even map', [1, 1, 1, 1, 1, 1, 1, 1], 4],
    ['zeros, all attention being on CLS', [0, 0], 1],
    ['magnitudes of a signed map', [-3, 2, 1, 0, 0, -1], 2],
  ];
  it.each(rows)('%s', (_, cells, count) => {
    expect(halfMassCells({ ...ROW, grid: { rows: 1, cols: cells.length }, cells: Float32Array.from(cells) })).toBe(
      count,
    );
  });
});

describe('describeMap', () => {
  const places: [row: number, col: number, words: string][] = [
    [0, 0, 'the upper left,'],
    [1, 3, 'the upper middle,'],
    [2, 5, 'the middle right,'],
    [3, 2, 'the middle,'],
    [5, 4, 'the lower right,'],
  ];
  it.each(places)('row %i, column %i is in %s', (row, col, words) => {
    const cells = new Float32Array(36);
    cells[row * 6 + col] = 1;
    const text = describeMap({ ...ROW, grid: { rows: 6, cols: 6 }, cells });
    expect(text).toContain(`Strongest in ${words} cell (${col}, ${row}): 100.0 %`);
  });

  const pixels: Partial<AttentionMap> = {
    view: 'rollout',
    stage: 0,
    block: null,
    token: null,
    on: 'pixels',
    unit: 'share',
    grid: { rows: 100, cols: 100 },
    uniform: 10_000,
    cells: new Float32Array(1e4).fill(0.00006),
    cls: 0.4,
  };
  const texts: [text: string, map: Partial<AttentionMap>, names?: MapNames][] = [
    [
      'What one query attends to. Stage 2, block 3, mean of heads. Strongest in the lower left, cell (0, 1): 50.0 %, ' +
        '3.5 times uniform. Half of the map lies in 1 of 6 cells. CLS itself gets 25.0 %.',
      {},
    ],
    [
      'CLS attention. Stage 2, block 3, head 1. Strongest in the lower left, cell (0, 1): 50.0 %, 3.5 times uniform. ' +
        'Half of the map lies in 1 of 6 cells.',
      { view: 'cls', head: 0, token: 0, cls: null },
    ],
    [
      'Which queries attend to one key. Stage 2, block 3, mean of heads. Strongest in the lower left, cell (0, 1): ' +
        '50.0 %, 3.5 times uniform. Half of the map lies in 1 of 6 cells. CLS as a query pays 25.0 %.',
      { view: 'column', on: 'tokens' },
    ],
    [
      'Attention rollout from the answer. Down to the pixels. Strongest in the upper left, pixel (0, 0): 0.006 %, ' +
        '0.6 times uniform. Half of the map lies in 5000 of 10000 pixels. CLS kept 40.0 %.',
      pixels,
    ],
    [
      'Attention rollout from one token. Down to the start of stage 2. Strongest in the lower left, cell (0, 1): ' +
        '50.0 %, 3.5 times uniform. Half of the map lies in 1 of 6 cells.',
      { view: 'rollout', block: null, on: 'tokens', unit: 'share', cls: null },
    ],
    [
      'Attribution to tabby cat. Stage 2, all blocks, sum of heads. Most for it in the lower left, cell (0, 1): +1.5. ' +
        'Most against it in the lower middle, cell (1, 1): −2. All cells for it add +2.13, all against it −2.25. ' +
        'The CLS key adds −0.75.',
      { ...SIGNED, block: null },
      { target: 'tabby cat' },
    ],
    [
      'Attribution to class 3 against class 8. Stage 2, block 3, head 2. Most for it in the upper left, cell (0, 0): ' +
        '+1. All cells for it add +6, all against it 0.',
      {
        ...SIGNED,
        head: 1,
        cls: null,
        cells: new Float32Array(6).fill(1),
        classes: { target: 3, contrast: 8 },
      },
    ],
    [
      'Length of the tokens convolved for the keys. Stage 2, block 3. Longest in the lower left, cell (0, 1): 0.5. ' +
        'Shortest in the lower middle, cell (1, 1): 0.0156.',
      { view: 'projection', projectionOf: 'k', unit: 'norm', cls: null, uniform: null },
    ],
  ];
  it.each(texts)('%s', (text, map, names) => {
    expect(describeMap({ ...ROW, ...map }, names)).toBe(text);
  });
});
