import { useRef } from 'react';
import type { Rect } from '../../../models/attention/geometry.ts';
import { inDevicePixels, outline, toDevice } from '../../pipeline/paint.ts';
import { cellUnder, extentInPicture, tileInPicture, tilesOfMap } from '../../pipeline/tiles.ts';
import { useMaps } from '../../stores/maps.ts';
import { useView } from '../../stores/view.ts';
import { useCanvas } from '../../ui/hooks/use-canvas.ts';
import type { ElementSize } from '../../ui/hooks/use-element-size.ts';
import { PIN_COLORS } from '../../ui/pin-colors.ts';
import { asksQuery, queryStage } from './query-place.ts';
import type { Inspection } from './use-inspection.ts';
import type { PictureLayout } from './use-zoom.ts';

interface MarksLayerProps {
  readonly inspection: Inspection;
  readonly viewport: ElementSize;
  readonly layout: PictureLayout;
}

/** Over the map: the pins, and the cell under the pointer. A query that follows the pointer is marked by the map's own layer. */
export function MarksLayer({ inspection, viewport, layout }: MarksLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useView((state) => state.view);
  const direction = useView((state) => state.direction);
  const hover = useView((state) => (asksQuery(state) && state.activePin === null ? null : state.hover));
  const pins = useView((state) => state.pins);
  const activePin = useView((state) => state.activePin);
  const peeking = useView((state) => state.peeking);
  const asking = useView(asksQuery);
  const stage = useView(queryStage);
  const shown = useMaps((maps) => (hover ? maps.large.shown : null));
  const { tiles } = inspection;
  const isEmpty = hover === null && !(asking && pins.length > 0);

  useCanvas(
    canvas,
    viewport.width,
    viewport.height,
    (context, density) => {
      const device = inDevicePixels(layout, density);
      if (!tiles) return;
      if (shown && hover) {
        const grid = tilesOfMap(tiles, shown.map);
        const cell = cellUnder(grid, hover);
        // A pixel's own outline would hide it.
        if (cell !== null && shown.map.on !== 'pixels') {
          const dash = [3 * density, 3 * density];
          outline(context, toDevice(extentInPicture(grid, cell), device), { width: density, dash });
          outline(context, toDevice(tileInPicture(grid, cell), device), { width: density });
        }
      }
      const stageTiles = tiles[stage];
      if (!asking || !stageTiles) return;
      // A query is a token of the stage; a key that is attended to lies on the grid of keys.
      const grid = direction === 'attended' && view !== 'rollout' ? stageTiles.keys : stageTiles.tokens;
      for (const pin of pins) {
        const cell = cellUnder(grid, pin.point);
        if (cell === null) continue;
        const active = pin.id === activePin;
        const rect = toDevice(tileInPicture(grid, cell), device);
        const color = PIN_COLORS[pin.color]!;
        outline(context, rect, { width: (active ? 3 : 2) * density, edge: density, color });
        numberPin(context, rect, { text: String(pin.color + 1), color, active, density });
      }
    },
    [
      tiles,
      shown,
      hover,
      asking,
      stage,
      direction,
      view,
      pins,
      activePin,
      layout.offsetX,
      layout.offsetY,
      layout.scale,
    ],
  );

  return (
    <canvas
      ref={canvas}
      className="picture-overlay"
      data-peeking={peeking || undefined}
      // A canvas is copied for every frame of the page, with nothing on it too.
      hidden={isEmpty}
      aria-hidden
      style={{ width: viewport.width, height: viewport.height }}
    />
  );
}

export interface PinLabel {
  readonly text: string;
  readonly color: string;
  readonly active: boolean;
  readonly density: number;
}

/** The pin's number on a flag at its tile's upper left corner, as in the list beside the picture. */
export function numberPin(
  context: CanvasRenderingContext2D,
  rect: Rect,
  { text, color, active, density }: PinLabel,
): void {
  const side = (active ? 16 : 14) * density;
  const left = rect.left - 1.5 * density;
  const top = rect.top - side;
  context.fillStyle = 'rgb(0 0 0 / 70%)';
  context.fillRect(left - density, top - density, side + 2 * density, side + 2 * density);
  context.fillStyle = color;
  context.fillRect(left, top, side, side);
  context.fillStyle = '#101214';
  context.font = `600 ${(active ? 11.5 : 10.5) * density}px ${getComputedStyle(context.canvas).fontFamily}`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, left + side / 2, top + side / 2 + 0.5 * density);
}
