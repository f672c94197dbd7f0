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

/** Where a map points, in the network's input. */
export interface Pointer {
  /** The centre of the strongest cell by the geometry of the convolutions. */
  readonly centre: Point;
  /** The strongest cell as it is drawn. */
  readonly tile: Rect;
  /** Its centre if the map were stretched over the input, as other tools do. */
  readonly stretched: Point;
}

/** The largest cell, signed: in an attribution the one that speaks most for the class. */
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
