import { inputRect } from '../../../../models/attention/geometry.ts';
import { type Look, rasterMap } from '../../../../models/drawing/map-raster.ts';
import type { MapScale } from '../../../../models/drawing/map-scale.ts';
import type { TileGrid } from '../../../pipeline/tiles.ts';
import { type AtlasLayout, mapCorner } from './atlas-layout.ts';
import type { AtlasEntry } from './atlas-maps.ts';

/** How strongly the picture shows: enough to find one’s way, too little to be taken for a map. */
const FAINT = 0.4;

interface AtlasPicture {
  /** In the order shown. */
  readonly entries: readonly AtlasEntry[];
  readonly layout: AtlasLayout;
  readonly scale: MapScale;
  readonly tiles: TileGrid;
  readonly look: Look;
  /** Drawn under every map; null: none. */
  readonly beneath: CanvasImageSource | null;
}

/** Draws every map of an atlas. @param density device pixels per CSS pixel */
export function paintAtlas(context: CanvasRenderingContext2D, atlas: AtlasPicture, density: number): void {
  const { entries, layout, scale, tiles, look, beneath } = atlas;
  const { left, top, right, bottom } = inputRect(tiles.window);
  const width = Math.max(1, Math.round(layout.mapWidth * density));
  const height = Math.max(1, Math.round(layout.mapHeight * density));
  const zoom = Math.max(width / (right - left), height / (bottom - top));
  const canvas = { width, height, offsetX: -left * zoom, offsetY: -top * zoom, scale: zoom };
  // What is put replaces what is there; where the picture has to show through, the maps are laid over it as a whole.
  const maps = beneath ? scratchLike(context.canvas) : context;
  for (const [index, { map }] of entries.entries()) {
    const { x, y } = mapCorner(layout, index);
    const [atX, atY] = [Math.round(x * density), Math.round(y * density)];
    if (beneath) {
      context.globalAlpha = FAINT;
      context.drawImage(beneath, left, top, right - left, bottom - top, atX, atY, width, height);
      context.globalAlpha = 1;
    }
    const raster = rasterMap(map, scale, tiles, canvas, look);
    if (raster.width > 0 && raster.height > 0)
      maps.putImageData(new ImageData(raster.data, raster.width, raster.height), atX + raster.left, atY + raster.top);
  }
  if (maps !== context) context.drawImage(maps.canvas, 0, 0);
}

let scratch: OffscreenCanvasRenderingContext2D | null = null;

/** An empty canvas of the same size, kept for the next time. */
function scratchLike({ width, height }: HTMLCanvasElement): OffscreenCanvasRenderingContext2D {
  scratch ??= new OffscreenCanvas(1, 1).getContext('2d')!;
  scratch.canvas.width = width;
  scratch.canvas.height = height;
  return scratch;
}
