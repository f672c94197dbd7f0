import { describe, expect, it } from 'vitest';
import {
  cellAt,
  centreOf,
  extentOf,
  fromPicture,
  type GridGeometry,
  gridSize,
  inputRect,
  queryTokenAt,
  type StageGeometry,
  stageGeometries,
  tileOf,
  toPicture,
} from '../../models/attention/geometry.ts';
import { cellCount, stageGrids } from '../../models/cvt/grids.ts';
import type { CvtSpec } from '../../models/cvt/spec.ts';
import { inputWindow } from '../../models/image/preprocess.ts';
import { OFFICIAL_224 } from '../../models/image/preprocessing.ts';
import { OFFICIAL, specOf } from './specs.ts';

/** Specs and inputs (height, width) that bend the rules in one way each. */
const CASES: readonly (readonly [label: string, spec: CvtSpec, height: number, width: number])[] = [
  ['official', OFFICIAL, 64, 64],
  ['official, no side a multiple of a stride', OFFICIAL, 61, 78],
  ['official, a last pixel that no token sees', OFFICIAL, 66, 50],
  [
    'pooled keys, a last window hanging over',
    specOf({ projection: 'avg', paddingKv: 0 }, { projection: 'avg' }),
    27,
    40,
  ],
  ['pooled keys of 5, stride 3', specOf({ projection: 'avg', kernelQkv: 5, strideKv: 3, paddingKv: 2 }), 31, 26],
  ['linear keys', specOf({ projection: 'linear' }, { projection: 'linear' }), 20, 33],
  ['patches that do not overlap', specOf({ patchSize: 4, patchStride: 4, patchPadding: 0 }, {}), 45, 38],
  [
    'even kernels',
    specOf({ patchSize: 6, patchStride: 3, patchPadding: 1 }, { patchSize: 2, patchPadding: 0 }),
    40,
    53,
  ],
  ['paddings wider than the kernel', specOf({ patchPadding: 4 }, { paddingKv: 4 }), 22, 19],
  ['keys at stride 1, kernel 5', specOf({ kernelQkv: 5, paddingQ: 2, paddingKv: 2, strideKv: 1 }), 24, 17],
];

describe('the official geometry', () => {
  const stages = stageGeometries(OFFICIAL, 224, 224);
  const rows: [stage: number, kind: 'tokens' | 'keys', count: number, pitch: number, extent: number][] = [
    [0, 'tokens', 56, 4, 7],
    [1, 'tokens', 28, 8, 15],
    [2, 'tokens', 14, 16, 31],
    [0, 'keys', 28, 8, 15],
    [1, 'keys', 14, 16, 31],
    [2, 'keys', 7, 32, 63],
  ];
  it.each(rows)('stage %i %s: %i cells, centred on pixel %i·i + 1, extent %i', (stage, kind, count, pitch, extent) => {
    const grid = stages[stage]![kind];
    expect(gridSize(grid)).toEqual({ rows: count, cols: count });
    for (const axis of [grid.rows, grid.cols])
      for (let i = 0; i < count; i++) {
        expect(axis.centre(i)).toBe(pitch * i + 1 + 0.5);
        const { start, end } = axis.window(i);
        expect(end - start).toBe(extent);
        expect((start + end) / 2).toBe(axis.centre(i));
        expect(axis.extent(i)).toEqual({ start: Math.max(start, 0), end: Math.min(end, 224) });
      }
  });

  it('lies 14.5 pixels from where a stretched 7×7 map would be', () => {
    const keys = stages[2]!.keys;
    for (let i = 0; i < 7; i++) expect((i + 0.5) * 32 - keys.cols.centre(i)).toBe(14.5);
  });

  it('has CLS in the last stage only', () => {
    expect(stages.map((stage) => stage.cls)).toEqual([0, 0, 1]);
  });

  it('finds the query under a point, CLS counted', () => {
    const [first, , last] = stages as readonly [StageGeometry, StageGeometry, StageGeometry];
    expect(queryTokenAt(first, { x: 0, y: 0 })).toBe(0);
    expect(queryTokenAt(first, { x: 5.5, y: 1.5 })).toBe(1);
    expect(queryTokenAt(last, { x: 1.5, y: 17.5 })).toBe(1 + 14);
    expect(queryTokenAt(last, { x: 223.9, y: 223.9 })).toBe(14 * 14);
    for (const point of [
      { x: -0.1, y: 5 },
      { x: 5, y: 224 },
      { x: Number.NaN, y: 5 },
    ])
      expect(queryTokenAt(last, point)).toBeNull();
  });
});

describe.each(CASES)('%s', (_, spec, height, width) => {
  const stages = stageGeometries(spec, height, width);
  const grids = stages.flatMap((stage) => [stage.tokens, stage.keys]);

  it('has the grids of the network', () => {
    const sizes = stages.map((stage) => ({
      tokens: gridSize(stage.tokens),
      keys: gridSize(stage.keys),
      cls: stage.cls,
    }));
    expect(sizes).toEqual(stageGrids(spec, height, width));
  });

  it('covers the input with its tiles exactly once', () => {
    for (const grid of grids) {
      const seen = new Uint8Array(height * width);
      let area = 0;
      for (let cell = 0; cell < cellCount(gridSize(grid)); cell++) {
        const { left, top, right, bottom } = tileOf(grid, cell);
        area += (right - left) * (bottom - top);
        for (let y = Math.ceil(top - 0.5); y + 0.5 < bottom; y++)
          for (let x = Math.ceil(left - 0.5); x + 0.5 < right; x++) {
            seen[y * width + x] = seen[y * width + x]! + 1;
            expect(cellAt(grid, { x: x + 0.5, y: y + 0.5 })).toBe(cell);
          }
      }
      expect(area).toBe(height * width);
      expect(seen.every((count) => count === 1)).toBe(true);
    }
  });

  it('gives a pixel to the cell with the nearest centre', () => {
    for (const grid of grids)
      for (let y = 0.5; y < height; y += 3)
        for (let x = 0.5; x < width; x += 3) {
          const distance = (cell: number) => Math.hypot(centreOf(grid, cell).x - x, centreOf(grid, cell).y - y);
          const all = Array.from({ length: cellCount(gridSize(grid)) }, (_, cell) => distance(cell));
          expect(distance(cellAt(grid, { x, y })!)).toBe(Math.min(...all));
        }
  });

  it('names as extent exactly the pixels whose change a cell feels', () => {
    const axes = grids.map((grid) => cellCount(gridSize(grid)));
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        const responses = impulse(spec, height, width, y, x);
        for (const [index, response] of responses.entries()) {
          expect(response.length).toBe(axes[index]);
          const wrong = response.findIndex((value, cell) => value > 0 !== covers(grids[index]!, cell, x, y));
          expect(wrong, `pixel (${x}, ${y}), grid ${index}`).toBe(-1);
        }
      }
  });
});

describe('a grid of its own rows and columns', () => {
  it('keeps height and width apart', () => {
    const [stage] = stageGeometries(specOf({ patchSize: 4, patchStride: 4, patchPadding: 0 }), 8, 16);
    expect(tileOf(stage!.tokens, 5)).toEqual({ left: 4, top: 4, right: 8, bottom: 8 });
    expect(extentOf(stage!.tokens, 3)).toEqual({ left: 12, top: 0, right: 16, bottom: 4 });
    expect(centreOf(stage!.tokens, 6)).toEqual({ x: 10, y: 6 });
  });
});

describe('toPicture and fromPicture', () => {
  const window = inputWindow(640, 480, OFFICIAL_224);

  it('places the crop where CenterCrop took it', () => {
    const { left, top, right, bottom } = inputRect(window);
    expect(left).toBeCloseTo((58 * 640) / 341, 9);
    expect(top).toBeCloseTo(30, 9);
    expect(right - left).toBeCloseTo((224 * 640) / 341, 9);
    expect(bottom - top).toBeCloseTo(420, 9);
  });

  it('are inverses', () => {
    const { left, top } = toPicture(window, { left: 12.5, top: 200, right: 13, bottom: 201 });
    expect(fromPicture(window, { x: left, y: top }).x).toBeCloseTo(12.5, 9);
    expect(fromPicture(window, { x: left, y: top }).y).toBeCloseTo(200, 9);
  });
});

function covers(grid: GridGeometry, cell: number, x: number, y: number): boolean {
  const { left, top, right, bottom } = extentOf(grid, cell);
  return x + 0.5 > left && x + 0.5 < right && y + 0.5 > top && y + 0.5 < bottom;
}

interface Plane {
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

/**
 * The answer of every stage's tokens and keys to a single bright pixel: the network's windows as plain loops over positive weights, blocks
 * left out. Written from the definition of a convolution (and PyTorch's of ceil_mode), not from the code under test.
 */
function impulse(spec: CvtSpec, height: number, width: number, y: number, x: number): Float64Array[] {
  let plane: Plane = { height, width, values: new Float64Array(height * width) };
  plane.values[y * width + x] = 1;
  return spec.stages.flatMap((stage) => {
    plane = convolve(plane, stage.patchSize, stage.patchStride, stage.patchPadding, false);
    if (stage.projection === 'linear') return [plane.values, plane.values];
    const ceil = stage.projection === 'avg';
    return [plane.values, convolve(plane, stage.kernelQkv, stage.strideKv, stage.paddingKv, ceil).values];
  });
}

function convolve(input: Plane, kernel: number, stride: number, padding: number, ceil: boolean): Plane {
  const starts = (size: number) => {
    const all: number[] = [];
    for (let start = -padding; ; start += stride) {
      const fits = start + kernel <= size + padding;
      const hangsOver = ceil && start < size && (all.at(-1) ?? start) + kernel < size + padding;
      if (!fits && !hangsOver) return all;
      all.push(start);
    }
  };
  const tops = starts(input.height);
  const lefts = starts(input.width);
  const values = new Float64Array(tops.length * lefts.length);
  for (const [row, top] of tops.entries())
    for (const [col, left] of lefts.entries()) {
      let sum = 0;
      for (let y = Math.max(top, 0); y < Math.min(top + kernel, input.height); y++)
        for (let x = Math.max(left, 0); x < Math.min(left + kernel, input.width); x++)
          sum += input.values[y * input.width + x]! * (1 + ((y - top) * kernel + (x - left)) / 7);
      values[row * lefts.length + col] = sum;
    }
  return { height: tops.length, width: lefts.length, values };
}
