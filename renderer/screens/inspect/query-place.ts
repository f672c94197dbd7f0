import type { Point } from '../../../models/attention/geometry.ts';
import { cellUnder, type StageTiles, tileInPicture, windowCentre } from '../../pipeline/tiles.ts';
import { queryPoint, useView } from '../../stores/view.ts';
import type { Inspection } from './use-inspection.ts';

type ViewNow = ReturnType<typeof useView.getState>;

/** Whether the map is one of a place that is pointed at. */
export function asksQuery({ view, rolloutFrom }: Pick<ViewNow, 'view' | 'rolloutFrom'>): boolean {
  return view === 'query' || (view === 'rollout' && rolloutFrom === 'query');
}

/** The stage whose tokens the query is one of: a rollout starts in the last. */
export function queryStage({ view, stage, stages }: Pick<ViewNow, 'view' | 'stage' | 'stages'>): number {
  return view === 'rollout' ? stages.length - 1 : stage;
}

/** The grid that is pointed at: tokens, or the keys where it is asked who attends to one. */
export function pointedGrid(tiles: StageTiles, { view, direction }: Pick<ViewNow, 'view' | 'direction'>) {
  return view === 'query' && direction === 'attended' ? tiles.keys : tiles.tokens;
}

/** A click on the picture: shows the pin there, lets it go if it is shown, or else pins the place. */
export function pressAt(inspection: Inspection, point: Point): void {
  const state = useView.getState();
  const tiles = inspection.tiles?.[queryStage(state)];
  if (!asksQuery(state) || !tiles) return;
  const grid = pointedGrid(tiles, state);
  const cell = cellUnder(grid, point);
  if (cell === null) return;
  const there = state.pins.find((pin) => cellUnder(grid, pin.point) === cell);
  if (!there) state.pin(point);
  else state.activatePin(there.id === state.activePin ? null : there.id);
}

/** Moves the query one cell further and pins it; at the edge of what the network sees it stays. */
export function moveQuery({ tiles, window }: Inspection, [x, y]: readonly [number, number]): void {
  const state = useView.getState();
  const stageTiles = tiles?.[queryStage(state)];
  if (!stageTiles || !window) return;
  const grid = pointedGrid(stageTiles, state);
  const cell = cellUnder(grid, queryPoint(state) ?? windowCentre(window));
  if (cell === null) {
    state.moveActivePin(windowCentre(window));
    return;
  }
  const { rows, cols } = grid.geometry;
  const col = Math.min(cols.count - 1, Math.max(0, (cell % cols.count) + x));
  const row = Math.min(rows.count - 1, Math.max(0, Math.floor(cell / cols.count) + y));
  const tile = tileInPicture(grid, row * cols.count + col);
  state.moveActivePin({ x: (tile.left + tile.right) / 2, y: (tile.top + tile.bottom) / 2 });
}
