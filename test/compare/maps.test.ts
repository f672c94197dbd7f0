import { describe, expect, test } from 'vitest';
import {
  type GridGeometry,
  type StageGeometry,
  stageGeometries,
  tileOf,
  toPicture,
} from '../../models/attention/geometry.ts';
import { type ColumnResult, compareColumns } from '../../models/compare/compare-columns.ts';
import { differenceMap } from '../../models/compare/difference-map.ts';
import { mapCorrelation } from '../../models/compare/map-correlation.ts';
import { mapOverlap, type PlacedMap } from '../../models/compare/map-overlap.ts';
import { inputWindow } from '../../models/image/preprocess.ts';
import { cropSquare, OFFICIAL_224, OFFICIAL_384, type Preprocessing } from '../../models/image/preprocessing.ts';
import { softmax } from '../../models/predictions.ts';
import { OFFICIAL } from '../attention/specs.ts';

const PICTURE = { width: 301, height: 217 };

/** A map with made-up cells over one grid of the official geometry, where a picture lies under an input. */
function placed(preprocessing: Preprocessing, of: (stages: readonly StageGeometry[]) => GridGeometry, seed: number) {
  const window = inputWindow(PICTURE.width, PICTURE.height, preprocessing);
  const geometry = of(stageGeometries(OFFICIAL, preprocessing.height, preprocessing.width));
  const count = geometry.rows.count * geometry.cols.count;
  const cells = Float32Array.from({ length: count }, (_, i) => Math.sin(i * 0.37 + seed) + Math.cos(i * i + seed));
  return { cells, place: { geometry, window } };
}

/** Pixel by pixel, by a search for the tile: [row][col] values, null where the network does not see the pixel's middle. */
function byTiles({ cells, place: { geometry, window } }: PlacedMap): readonly (number | null)[] {
  const tiles = [...cells.keys()].map((cell) => toPicture(window, tileOf(geometry, cell)));
  const values: (number | null)[] = [];
  for (let y = 0; y < PICTURE.height; y++)
    for (let x = 0; x < PICTURE.width; x++) {
      const at = tiles.findIndex(
        ({ left, top, right, bottom }) => x + 0.5 >= left && x + 0.5 < right && y + 0.5 >= top && y + 0.5 < bottom,
      );
      values.push(at < 0 ? null : cells[at]!);
    }
  return values;
}

function pearson(pairs: readonly (readonly [number, number])[]): number {
  const mean = (at: 0 | 1) => pairs.reduce((sum, pair) => sum + pair[at], 0) / pairs.length;
  const [a, b] = [mean(0), mean(1)];
  const sum = (of: (pair: readonly [number, number]) => number) => pairs.reduce((total, pair) => total + of(pair), 0);
  return sum(([x, y]) => (x - a) * (y - b)) / Math.sqrt(sum(([x]) => (x - a) ** 2) * sum(([, y]) => (y - b) ** 2));
}

const keys = (stage: number) => (stages: readonly StageGeometry[]) => stages[stage]!.keys;
const CASES = [
  { name: 'one grid', a: placed(OFFICIAL_224, keys(2), 0), b: placed(OFFICIAL_224, keys(2), 1) },
  { name: 'a crop against the whole', a: placed(OFFICIAL_224, keys(2), 0), b: placed(OFFICIAL_384, keys(2), 1) },
  { name: 'grids of two sizes', a: placed(cropSquare(96), keys(1), 2), b: placed(cropSquare(224), keys(2), 3) },
  { name: 'keys and tokens', a: placed(cropSquare(96), keys(2), 2), b: placed(OFFICIAL_384, (s) => s[2]!.tokens, 3) },
];

describe.each(CASES)('two maps, $name', ({ a, b }) => {
  const [tilesA, tilesB] = [byTiles(a), byTiles(b)];
  const pairs = tilesA.flatMap((value, pixel) => {
    const other = tilesB[pixel] ?? null;
    return value === null || other === null ? [] : [[value, other] as const];
  });

  test('overlap where both see the pixel', () => {
    const { rows, cols } = mapOverlap(a.place, b.place);
    const count = (runs: typeof rows) => runs.reduce((sum, run) => sum + run.count, 0);
    expect(count(rows) * count(cols)).toBe(pairs.length);
  });

  test('correlate as their pixels do', () => {
    expect(mapCorrelation(a, b)).toBeCloseTo(pearson(pairs), 9);
    expect(mapCorrelation(b, a)).toBeCloseTo(pearson(pairs), 9);
    expect(mapCorrelation(a, a)).toBeCloseTo(1, 12);
  });

  test('differ by the difference of their tiles', () => {
    const difference = differenceMap(a, b, { a: 2, b: 3 })!;
    const { grid, window, cells } = difference;
    for (let i = 0; i < cells.length; i += 7) {
      const x = window.left + ((i % grid.cols) + 0.5) * window.scaleX;
      const y = window.top + (Math.floor(i / grid.cols) + 0.5) * window.scaleY;
      const at = (map: PlacedMap) => {
        const { geometry, window: place } = map.place;
        const cell = [...map.cells.keys()].find((each) => {
          const tile = toPicture(place, tileOf(geometry, each));
          return x >= tile.left && x < tile.right && y >= tile.top && y < tile.bottom;
        });
        return map.cells[cell!]!;
      };
      expect(cells[i]).toBeCloseTo(2 * at(a) - 3 * at(b), 5);
    }
    expect(difference.max).toBeCloseTo(Math.max(...cells.map(Math.abs)), 5);
    const whole = { left: window.left, right: window.left + grid.cols * window.scaleX };
    expect(whole.left).toBeGreaterThanOrEqual(Math.max(a.place.window.left, b.place.window.left) - 1e-9);
    expect(whole.right).toBeLessThanOrEqual(PICTURE.width + 1e-9);
  });
});

test('a map that is the same all over correlates with nothing', () => {
  const { a, b } = CASES[0]!;
  expect(mapCorrelation({ ...a, cells: a.cells.map(() => 1 / 49) }, b)).toBeNull();
});

test('windows without a pixel in common have neither correlation nor difference', () => {
  const { a } = CASES[0]!;
  const beyond = { ...a, place: { ...a.place, window: { ...a.place.window, left: PICTURE.width + 1 } } };
  expect(mapCorrelation(a, beyond)).toBeNull();
  expect(differenceMap(a, beyond, { a: 1, b: 1 })).toBeNull();
});

test('maps of two pictures are not compared', () => {
  const { a } = CASES[0]!;
  const other = { ...a, place: { ...a.place, window: { ...a.place.window, pictureWidth: 302 } } };
  expect(() => mapCorrelation(a, other)).toThrow(RangeError);
});

describe('a comparison of two columns', () => {
  const labels = ['cat', 'dog', 'fox'];
  const column = (change: Partial<ColumnResult> & { readonly logits: Float32Array }): ColumnResult => ({
    modelId: 'a',
    network: 'tiny',
    input: { width: 224, height: 224 },
    labels,
    probabilities: softmax(change.logits),
    map: null,
    ...change,
  });
  const first = column({ logits: Float32Array.of(1, 2, 3) });

  test('of one checkpoint and input has logit and map error', () => {
    const { a, b } = CASES[0]!;
    const one = { ...first, map: { ...a, key: 'cls 2' } };
    const other = column({ logits: Float32Array.of(1.25, 2, 3), map: { ...b, key: 'cls 2' } });
    const { error, flipped, correlation, common } = compareColumns(one, other);
    expect(error?.logits).toEqual({ max: 0.25, mean: 0.25 / 3 });
    expect(error?.map?.max).toBe(Math.max(...a.cells.map((value, i) => Math.abs(value - b.cells[i]!))));
    expect(flipped).toBe(false);
    expect(correlation).toBe(mapCorrelation(a, b));
    expect(common).toBeGreaterThan(0.5);
    expect(compareColumns(one, { ...other, map: { ...b, key: 'cls 1' } }).error?.map).toBeNull();
  });

  test('of two files of one network has them too, as of two precisions', () => {
    const half = column({ modelId: 'a-half', logits: Float32Array.of(1, 2.5, 3) });
    expect(compareColumns(first, half).error?.logits).toEqual({ max: 0.5, mean: 0.5 / 3 });
  });

  test.each([
    { name: 'another network', change: { modelId: 'b', network: 'other' } },
    { name: 'another input', change: { input: { width: 96, height: 96 } } },
  ])('of $name has none', ({ change }) => {
    const comparison = compareColumns(first, column({ logits: Float32Array.of(3, 2, 1), ...change }));
    expect(comparison.error).toBeNull();
    expect(comparison.flipped).toBe(true);
    expect(comparison.classes?.shifts[0]?.index).toBe(0);
  });

  test('of other classes has no numbers class by class, and agrees by name', () => {
    const other = column({ modelId: 'b', labels: ['fox', 'owl'], logits: Float32Array.of(4, 0) });
    const comparison = compareColumns(first, other);
    expect(comparison.classes).toBeNull();
    expect(comparison.flipped).toBe(false);
  });
});
