import type { Point } from '../../models/attention/geometry.ts';
import { cellUnder, type TileGrid, tileInPicture, tilesOfMap, windowCentre } from '../pipeline/tiles.ts';
import type { ColumnMap } from '../stores/column-maps.ts';
import { asksPlace, type CompareChoices, useCompareView } from '../stores/compare-view.ts';
import { queryPoint } from '../stores/view.ts';

/**
 * The one cursor of all columns: a point of the picture, which is a cell of its own in every network's grid. What follows asks
 * which.
 */

type Grids = Pick<ColumnMap, 'tiles' | 'choices' | 'shown'>;

/**
 * The grid of a network whose cells can be pointed at: the queries or keys that are asked about, else the map's own cells. Null
 * where there is no map.
 */
export function cursorGrid({ tiles, choices, shown }: Grids, view: CompareChoices): TileGrid | null {
  if (asksPlace(view)) {
    const stage = tiles[choices.stage];
    if (!stage) return null;
    return view.view === 'query' && view.direction === 'attended' ? stage.keys : stage.tokens;
  }
  return shown ? tilesOfMap(tiles, shown.map) : null;
}

/** A place of a grid. Rows and columns from 0. */
export interface CellPlace {
  readonly cell: number;
  readonly row: number;
  readonly col: number;
}

/** The cell under a point of the picture; null where this network does not see it. */
export function placeUnder(grid: TileGrid, point: Point): CellPlace | null {
  const cell = cellUnder(grid, point);
  if (cell === null) return null;
  const { count } = grid.geometry.cols;
  return { cell, row: Math.floor(cell / count), col: cell % count };
}

/** The cell and value of the map that a column shows under a point; null outside of what the network sees. */
export function valueUnder({ tiles, shown }: Grids, point: Point): (CellPlace & { readonly value: number }) | null {
  if (!shown) return null;
  const place = placeUnder(tilesOfMap(tiles, shown.map), point);
  return place && { ...place, value: shown.map.cells[place.cell]! };
}

/** A press in one column: shows the pin of that cell, lets it go if it is shown, or else pins the place in all columns. */
export function pressAt(map: Grids, point: Point): void {
  const view = useCompareView.getState();
  const grid = cursorGrid(map, view);
  const cell = grid && cellUnder(grid, point);
  if (!grid || cell === null) return;
  const there = view.pins.find((pin) => cellUnder(grid, pin.point) === cell);
  if (!there) view.pin(point);
  else view.activatePin(there.id === view.activePin ? null : there.id);
}

/** Moves the cursor by one cell of one column's grid and pins it; at the edge of what that network sees it stays. */
export function stepCursor(map: Grids, [x, y]: readonly [number, number]): void {
  const view = useCompareView.getState();
  const grid = cursorGrid(map, view);
  if (!grid) return;
  const place = placeUnder(grid, queryPoint(view) ?? windowCentre(grid.window));
  if (!place) {
    view.moveActivePin(windowCentre(grid.window));
    return;
  }
  const { rows, cols } = grid.geometry;
  const col = Math.min(cols.count - 1, Math.max(0, place.col + x));
  const row = Math.min(rows.count - 1, Math.max(0, place.row + y));
  const tile = tileInPicture(grid, row * cols.count + col);
  view.moveActivePin({ x: (tile.left + tile.right) / 2, y: (tile.top + tile.bottom) / 2 });
}
