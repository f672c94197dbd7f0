import type { Rect } from '../../models/attention/geometry.ts';
import { type ColorMapName, colorTable } from '../../models/drawing/color-maps.ts';
import { type Interpolation, type Layout, rasterColors, rasterMap } from '../../models/drawing/map-raster.ts';
import type { Settings } from '../shell/settings.ts';
import type { ShownMap } from '../stores/maps.ts';
import type { TileGrid } from './tiles.ts';

export type { Layout };

export interface Look {
  readonly colorMap: ColorMapName;
  /** 0–1 */
  readonly opacity: number;
  /** Opacity follows value, so that low cells let the picture through. */
  readonly fadeLow: boolean;
  readonly interpolation: Interpolation;
}

/** How a map is drawn over the picture: signed maps have a colour map of their own. */
export function lookOf(overlay: Settings['overlay'], signed: boolean): Look {
  const { colorMap, divergingMap, opacity, fadeLow, interpolation } = overlay;
  return { colorMap: signed ? divergingMap : colorMap, opacity, fadeLow, interpolation };
}

/** A map by itself, with nothing behind it. */
export function opaque(look: Look): Look {
  return { ...look, opacity: 1, fadeLow: false };
}

/**
 * Draws a map where its cells lie in the picture. Replaces what is on the canvas there.
 * @param tiles of the map's own grid (`tilesOfMap`)
 * @param layout from picture pixels to device pixels of the canvas
 */
export function paintMap(
  context: CanvasRenderingContext2D,
  { map, scale, components }: ShownMap,
  tiles: TileGrid,
  layout: Layout,
  look: Look,
): void {
  const { width: canvasWidth, height: canvasHeight } = context.canvas;
  const canvas = {
    ...layout,
    width: canvasWidth,
    height: canvasHeight,
    scratch: scratchOf(canvasWidth * canvasHeight * 4),
  };
  const raster = components
    ? rasterColors(components.components, tiles, canvas, look)
    : rasterMap(map, scale, tiles, canvas, { ...look, table: colorTable(look.colorMap) });
  const { left, top, width, height, data } = raster;
  if (width > 0 && height > 0) context.putImageData(new ImageData(data, width, height), left, top);
}

let scratch = new ArrayBuffer(0);

/** One for all canvases: what is on it is on its canvas before the next is drawn. As large as the largest of them. */
function scratchOf(bytes: number): ArrayBuffer {
  if (scratch.byteLength < bytes) scratch = new ArrayBuffer(bytes);
  return scratch;
}

/** A layout in CSS pixels as one in device pixels. @param density device pixels a CSS pixel */
export function inDevicePixels({ offsetX, offsetY, scale }: Layout, density: number): Layout {
  return { offsetX: offsetX * density, offsetY: offsetY * density, scale: scale * density };
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

export interface Stroke {
  /** In device pixels. */
  readonly width: number;
  /** Of the dark line on either side; as wide as the light one by default. */
  readonly edge?: number;
  readonly color?: string;
  readonly dash?: readonly number[];
}

/** Outlines a rectangle of device pixels so that it shows on any colour: a light line between two dark ones. */
export function outline(context: CanvasRenderingContext2D, rect: Rect, stroke: Stroke) {
  const { width, edge = width, color = '#ffffff', dash = [] } = stroke;
  const box = [rect.left, rect.top, rect.right - rect.left, rect.bottom - rect.top] as const;
  context.lineWidth = width + 2 * edge;
  context.strokeStyle = 'rgb(0 0 0 / 60%)';
  context.setLineDash([]);
  context.strokeRect(...box);
  context.lineWidth = width;
  context.strokeStyle = color;
  context.setLineDash([...dash]);
  context.strokeRect(...box);
  context.setLineDash([]);
}
