import type { AttentionMap } from '../../models/attention/attention-map.ts';
import { pixelAxis } from '../../models/attention/axis-geometry.ts';
import {
  cellAt,
  extentOf,
  fromPicture,
  type GridGeometry,
  inputRect,
  type Point,
  queryTokenAt,
  type Rect,
  type StageGeometry,
  stageGeometries,
  toPicture,
} from '../../models/attention/geometry.ts';
import { parseSpec } from '../../models/cvt/spec.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import type { ModelReport } from '../engine/protocol.ts';

/** A stage's or key grid's tiles over the user's picture. */
export interface TileGrid {
  readonly geometry: GridGeometry;
  readonly window: InputWindow;
  /** The tiles' edges in picture pixels: [cols + 1] and [rows + 1]. Tiles are separable, so these are all of them. */
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface StageTiles {
  readonly geometry: StageGeometry;
  readonly keys: TileGrid;
  readonly tokens: TileGrid;
}

// The pointer asks for the same tiles at every move.
const known = new WeakMap<ModelReport, WeakMap<InputWindow, readonly StageTiles[]>>();

/** The tiles of every stage of `report`'s model, for a picture of which the network sees `window`. */
export function stageTiles(report: ModelReport, window: InputWindow): readonly StageTiles[] {
  const byWindow = known.get(report) ?? new WeakMap<InputWindow, readonly StageTiles[]>();
  known.set(report, byWindow);
  let tiles = byWindow.get(window);
  if (!tiles) {
    const spec = parseSpec(report.spec, report.id);
    tiles = stageGeometries(spec, window.inputHeight, window.inputWidth).map((geometry) => ({
      geometry,
      keys: tileGrid(geometry.keys, window),
      tokens: tileGrid(geometry.tokens, window),
    }));
    byWindow.set(window, tiles);
  }
  return tiles;
}

const pixelTiles = new WeakMap<readonly StageTiles[], TileGrid>();

/** The tiles of a map's own grid; of a map on pixels, the pixels of the network's input. */
export function tilesOfMap(tiles: readonly StageTiles[], map: Pick<AttentionMap, 'on' | 'stage'>): TileGrid {
  const stage = tiles[map.stage]!;
  if (map.on !== 'pixels') return stage[map.on];
  let pixels = pixelTiles.get(tiles);
  if (!pixels) {
    const { rows, cols } = stage.tokens.geometry;
    const geometry = { rows: pixelAxis(rows.inputSize), cols: pixelAxis(cols.inputSize) };
    pixels = tileGrid(geometry, stage.tokens.window);
    pixelTiles.set(tiles, pixels);
  }
  return pixels;
}

/** The cell on whose tile a point of the picture lies, row-major; null where the network does not see it. */
export function cellUnder(tiles: TileGrid, point: Point): number | null {
  return cellAt(tiles.geometry, fromPicture(tiles.window, point));
}

/** The query token (CLS counted) on whose tile a point of the picture lies; null where the network does not see it. */
export function tokenUnder(tiles: StageTiles, point: Point): number | null {
  return queryTokenAt(tiles.geometry, fromPicture(tiles.tokens.window, point));
}

/** A cell's tile, in picture pixels. */
export function tileInPicture(tiles: TileGrid, cell: number): Rect {
  const cols = tiles.geometry.cols.count;
  const col = cell % cols;
  const row = Math.floor(cell / cols);
  return { left: tiles.x[col]!, right: tiles.x[col + 1]!, top: tiles.y[row]!, bottom: tiles.y[row + 1]! };
}

/** The picture's pixels that reach a cell through the convolutions. */
export function extentInPicture(tiles: TileGrid, cell: number): Rect {
  return toPicture(tiles.window, extentOf(tiles.geometry, cell));
}

/** The middle of what the network sees, in picture pixels. */
export function windowCentre(window: InputWindow): Point {
  const { left, top, right, bottom } = inputRect(window);
  return { x: (left + right) / 2, y: (top + bottom) / 2 };
}

function tileGrid(geometry: GridGeometry, window: InputWindow): TileGrid {
  const edges = (axis: GridGeometry['rows'], offset: number, scale: number) =>
    Float64Array.from({ length: axis.count + 1 }, (_, i) => {
      const edge = i < axis.count ? axis.tile(i).start : axis.inputSize;
      return offset + edge * scale;
    });
  return {
    geometry,
    window,
    x: edges(geometry.cols, window.left, window.scaleX),
    y: edges(geometry.rows, window.top, window.scaleY),
  };
}
