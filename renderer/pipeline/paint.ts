import type { Rect } from '../../models/attention/geometry.ts';
import { type ColorMapName, colorAt, colorTable } from './color-maps.ts';
import { type MapScale, positionOnScale, type StageMap } from './stage-map.ts';
import type { TileGrid } from './tiles.ts';

/** From picture pixels to device pixels of the canvas: device = offset + picture · scale. */
export interface Layout {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly scale: number;
}

export interface Look {
  readonly colorMap: ColorMapName;
  /** 0–1 */
  readonly opacity: number;
  /** Opacity follows value, so that low cells let the picture through. */
  readonly fadeLow: boolean;
}

/** Fills every tile with its colour. Edges are rounded to device pixels, so that neighbours neither gape nor overlap. */
export function paintTiles(
  context: CanvasRenderingContext2D,
  map: StageMap,
  scale: MapScale,
  tiles: TileGrid,
  layout: Layout,
  look: Look,
): void {
  const table = colorTable(look.colorMap);
  const xs = tiles.x.map((x) => Math.round(layout.offsetX + x * layout.scale));
  const ys = tiles.y.map((y) => Math.round(layout.offsetY + y * layout.scale));
  const { cells, grid } = map.summary;
  for (let row = 0; row < grid.rows; row += 1)
    for (let col = 0; col < grid.cols; col += 1) {
      const position = positionOnScale(scale, cells[row * grid.cols + col]!);
      context.globalAlpha = look.fadeLow ? look.opacity * position : look.opacity;
      context.fillStyle = colorAt(table, position);
      context.fillRect(xs[col]!, ys[row]!, xs[col + 1]! - xs[col]!, ys[row + 1]! - ys[row]!);
    }
  context.globalAlpha = 1;
}

/** A rectangle of the picture in device pixels, its edges on whole ones. */
export function toDevice(rect: Rect, layout: Layout): Rect {
  return {
    left: Math.round(layout.offsetX + rect.left * layout.scale),
    top: Math.round(layout.offsetY + rect.top * layout.scale),
    right: Math.round(layout.offsetX + rect.right * layout.scale),
    bottom: Math.round(layout.offsetY + rect.bottom * layout.scale),
  };
}

/** Outlines a rectangle of device pixels so that it shows on any colour: a white line between two dark ones. */
export function outline(context: CanvasRenderingContext2D, rect: Rect, width: number, dash: readonly number[] = []) {
  const box = [rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top] as const;
  context.lineWidth = width * 3;
  context.strokeStyle = 'rgb(0 0 0 / 60%)';
  context.setLineDash([]);
  context.strokeRect(...box);
  context.lineWidth = width;
  context.strokeStyle = '#ffffff';
  context.setLineDash([...dash]);
  context.strokeRect(...box);
  context.setLineDash([]);
}
