import { useRef } from 'react';
import { inputRect, type Rect } from '../../../models/attention/geometry.ts';
import { type Layout, outline, toDevice } from '../../pipeline/paint.ts';
import { paintOverlay } from '../../pipeline/pipeline.ts';
import { cellUnder, extentInPicture, tileInPicture } from '../../pipeline/tiles.ts';
import type { PictureSize } from '../../stores/images.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView } from '../../stores/view.ts';
import { useCanvas } from '../../ui/hooks/use-canvas.ts';
import type { ElementSize } from '../../ui/hooks/use-element-size.ts';
import type { Inspection } from './use-inspection.ts';
import type { PictureLayout } from './use-zoom.ts';

interface PictureOverlayProps {
  readonly inspection: Inspection;
  readonly viewport: ElementSize;
  readonly layout: PictureLayout;
  readonly size: PictureSize;
}

/** Over the picture: the map on its true tiles, what the crop leaves out, the query and the cell under the pointer. */
export function PictureOverlay({ inspection, viewport, layout, size }: PictureOverlayProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useSettings((settings) => settings.overlay);
  const stage = useView((state) => state.stage);
  const hover = useView((state) => state.hover);
  const pinned = useView((state) => state.activePin !== null);
  const peeking = useView((state) => state.peeking);
  const { window: seen, tiles, maps } = inspection;
  const shown = maps[stage] ?? null;

  useCanvas(canvas, viewport.width, viewport.height, (context, density) => {
    const device: Layout = {
      offsetX: layout.offsetX * density,
      offsetY: layout.offsetY * density,
      scale: layout.scale * density,
    };
    const picture = toDevice({ left: 0, top: 0, right: size.width, bottom: size.height }, device);
    if (seen) paintUnseen(context, picture, toDevice(inputRect(seen), device), density);
    const stageTiles = tiles?.[stage];
    if (!shown || !stageTiles) return;
    if (overlay.visible) paintOverlay(context, shown.map, shown.scale, stageTiles, device, overlay);

    const { query, kind } = shown.map;
    const cell = hover && cellUnder(stageTiles.keys, hover);
    if (cell !== null && (kind !== 'row' || pinned)) {
      outline(context, toDevice(extentInPicture(stageTiles.keys, cell), device), density, [3 * density, 3 * density]);
      outline(context, toDevice(tileInPicture(stageTiles.keys, cell), device), density);
    }
    if (kind === 'row' && query !== null) {
      const tile = toDevice(tileInPicture(stageTiles.tokens, query - stageTiles.geometry.cls), device);
      outline(context, tile, pinned ? 2 * density : 1.5 * density);
    }
  });

  return (
    <canvas
      ref={canvas}
      className="picture-overlay"
      data-peeking={peeking || undefined}
      data-testid="overlay"
      data-query={shown?.map.query ?? undefined}
      aria-hidden
      style={{ width: viewport.width, height: viewport.height }}
    />
  );
}

/** A veil, in the canvas's own colour, over what the network does not see, and the border of what it does. */
function paintUnseen(context: CanvasRenderingContext2D, picture: Rect, seen: Rect, density: number): void {
  const whole = [
    seen.left - picture.left,
    seen.top - picture.top,
    picture.right - seen.right,
    picture.bottom - seen.bottom,
  ];
  // Resampling rounds the long side down, so that even an uncropped side may differ by a fraction of a pixel.
  if (whole.every((gap) => Math.abs(gap) <= 1.5 * density)) return;
  context.save();
  context.beginPath();
  context.rect(picture.left, picture.top, picture.right - picture.left, picture.bottom - picture.top);
  context.rect(seen.left, seen.top, seen.right - seen.left, seen.bottom - seen.top);
  context.clip('evenodd');
  context.fillStyle = getComputedStyle(context.canvas).color;
  context.fillRect(picture.left, picture.top, picture.right - picture.left, picture.bottom - picture.top);
  context.restore();
  outline(context, seen, density);
}
