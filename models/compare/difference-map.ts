import { pixelAxis } from '../attention/axis-geometry.ts';
import { cellAt, fromPicture } from '../attention/geometry.ts';
import type { GridSize } from '../cvt/grids.ts';
import type { InputWindow } from '../image/preprocessing.ts';
import { commonRect, type PlacedMap } from './map-overlap.ts';

/** As fine as anyone can see in a picture of this app's size; a picture's own pixels where it has fewer. */
const LONGEST_SIDE = 512;

/** One map minus another, over the part of the picture that both networks see. */
export interface DifferenceMap {
  readonly grid: GridSize;
  /** [rows · cols], row-major. */
  readonly cells: Float32Array;
  /** Where the raster lies: its "input" is its own pixels. */
  readonly window: InputWindow;
  /** The largest difference either way: the scale reaches from −max to max. */
  readonly max: number;
  readonly mean: number;
}

/**
 * `a` times its factor minus `b` times its, on one raster of pixels: each has the values of the tiles that its middle lies on.
 * @param factors bring both maps to one unit
 * @returns null where no part of the picture is seen by both networks
 */
export function differenceMap(
  a: PlacedMap,
  b: PlacedMap,
  factors: { readonly a: number; readonly b: number },
): DifferenceMap | null {
  const common = commonRect(a.place.window, b.place.window);
  if (!common) return null;
  const { pictureWidth, pictureHeight } = a.place.window;
  const width = common.right - common.left;
  const height = common.bottom - common.top;
  const scale = Math.max(1, Math.max(width, height) / LONGEST_SIDE);
  const grid = { rows: Math.max(1, Math.round(height / scale)), cols: Math.max(1, Math.round(width / scale)) };
  const window: InputWindow = {
    pictureWidth,
    pictureHeight,
    left: common.left,
    top: common.top,
    scaleX: width / grid.cols,
    scaleY: height / grid.rows,
    inputWidth: grid.cols,
    inputHeight: grid.rows,
  };
  const cells = new Float32Array(grid.rows * grid.cols);
  let max = 0;
  let sum = 0;
  for (let row = 0; row < grid.rows; row++)
    for (let col = 0; col < grid.cols; col++) {
      const point = {
        x: window.left + (col + 0.5) * window.scaleX,
        y: window.top + (row + 0.5) * window.scaleY,
      };
      const value = valueAt(a, point) * factors.a - valueAt(b, point) * factors.b;
      cells[row * grid.cols + col] = value;
      max = Math.max(max, Math.abs(value));
      sum += value;
    }
  return { grid, cells, window, max, mean: sum / cells.length };
}

/** The geometry of a raster, as maps on pixels have it. */
export function rasterGeometry({ rows, cols }: GridSize) {
  return { rows: pixelAxis(rows), cols: pixelAxis(cols) };
}

function valueAt({ cells, place }: PlacedMap, point: { readonly x: number; readonly y: number }): number {
  const cell = cellAt(place.geometry, fromPicture(place.window, point));
  // Both networks see every middle of the raster.
  if (cell === null) throw new RangeError('A pixel of the raster lies outside of a map.');
  return cells[cell]!;
}
