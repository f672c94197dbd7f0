import type { AttentionMap } from '../../../models/attention/attention-map.ts';
import {
  centreOf,
  fromPicture,
  type GridGeometry,
  type Point,
  type Rect,
  tileOf,
} from '../../../models/attention/geometry.ts';
import type { InputWindow } from '../../../models/image/preprocessing.ts';

/** Where a cell lies in the network's input. */
export interface Pointer {
  /** Its centre by the geometry of the convolutions. */
  readonly centre: Point;
  /** The cell as it is drawn. */
  readonly tile: Rect;
  /** Its centre if the map were stretched over the input, as other tools do. */
  readonly stretched: Point;
}

/** The largest cell; in a signed map the one that speaks most for the class. */
export function pointerOf(map: AttentionMap, grid: GridGeometry): Pointer {
  let strongest = 0;
  for (let cell = 1; cell < map.cells.length; cell++) if (map.cells[cell]! > map.cells[strongest]!) strongest = cell;
  const row = Math.floor(strongest / map.grid.cols);
  const col = strongest % map.grid.cols;
  return {
    centre: centreOf(grid, strongest),
    tile: tileOf(grid, strongest),
    stretched: {
      x: ((col + 0.5) * grid.cols.inputSize) / map.grid.cols,
      y: ((row + 0.5) * grid.rows.inputSize) / map.grid.rows,
    },
  };
}

/** The share of a map's mass that lies in a box, every cell's spread evenly over its tile; of a signed map what lies above zero. 0 where there is no mass at all. */
export function massInside(map: AttentionMap, grid: GridGeometry, box: Rect): number {
  const across = (axis: GridGeometry['rows'], from: number, to: number) =>
    Float64Array.from({ length: axis.count }, (_, i) => {
      const { start, end } = axis.tile(i);
      return end > start ? Math.max(0, Math.min(end, to) - Math.max(start, from)) / (end - start) : 0;
    });
  const rows = across(grid.rows, box.top, box.bottom);
  const cols = across(grid.cols, box.left, box.right);
  let inside = 0;
  let total = 0;
  for (let row = 0, cell = 0; row < rows.length; row++)
    for (let col = 0; col < cols.length; col++, cell++) {
      const value = Math.max(0, map.cells[cell]!);
      total += value;
      inside += value * rows[row]! * cols[col]!;
    }
  return total === 0 ? 0 : inside / total;
}

/** A rectangle of the picture, in the network's input. */
export function toInput(window: InputWindow, { left, top, right, bottom }: Rect): Rect {
  const from = fromPicture(window, { x: left, y: top });
  const to = fromPicture(window, { x: right, y: bottom });
  return { left: from.x, top: from.y, right: to.x, bottom: to.y };
}

export function contains({ left, top, right, bottom }: Rect, { x, y }: Point): boolean {
  return x >= left && x < right && y >= top && y < bottom;
}

export function overlap(a: Rect, b: Rect): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export function areaOf({ left, top, right, bottom }: Rect): number {
  return (right - left) * (bottom - top);
}
