import { useRef } from 'react';
import { cursorGrid } from '../../compare/linked-cursor.ts';
import { inDevicePixels, type Layout, lookOf, outline, paintMap, toDevice } from '../../pipeline/paint.ts';
import { cellUnder, tileInPicture, tilesOfMap } from '../../pipeline/tiles.ts';
import type { ColumnMap } from '../../stores/column-maps.ts';
import { asksPlace, useCompareView } from '../../stores/compare-view.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView } from '../../stores/view.ts';
import { useCanvas } from '../../ui/hooks/use-canvas.ts';
import type { ElementSize } from '../../ui/hooks/use-element-size.ts';
import { PIN_COLORS } from '../../ui/pin-colors.ts';
import { numberPin } from '../inspect/marks-layer.tsx';
import { isTardy, useTardy } from '../inspect/use-tardy.ts';

interface LayerProps {
  readonly map: ColumnMap;
  readonly viewport: ElementSize;
  readonly layout: Layout;
}

/** One network's map, every cell on its own pixels of the picture. */
export function ColumnMapLayer({ map: { shown, tiles, work }, viewport, layout }: LayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useSettings((settings) => settings.overlay);
  const peeking = useView((state) => state.peeking);
  const tardy = useTardy(isTardy(work));
  useCanvas(canvas, viewport.width, viewport.height, (context, density) => {
    if (!shown || !overlay.visible) return;
    paintMap(
      context,
      shown,
      tilesOfMap(tiles, shown.map),
      inDevicePixels(layout, density),
      lookOf(overlay, shown.map.signed),
    );
  });
  return (
    <canvas
      ref={canvas}
      className="picture-overlay"
      data-peeking={peeking || undefined}
      data-tardy={tardy || undefined}
      data-testid="column-map"
      data-view={shown?.map.view}
      data-query={shown?.map.token ?? undefined}
      aria-hidden
      style={{ width: viewport.width, height: viewport.height }}
    />
  );
}

/** The one cursor and the pins, each as the cell that it is in this network's grid. */
export function ColumnMarksLayer({ map, viewport, layout }: LayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useCompareView();
  const peeking = useView((state) => state.peeking);
  const { hover, pins, activePin } = view;
  useCanvas(canvas, viewport.width, viewport.height, (context, density) => {
    const device = inDevicePixels(layout, density);
    const grid = cursorGrid(map, view);
    if (!grid) return;
    const onPixels = map.shown?.map.on === 'pixels' && !asksPlace(view);
    for (const pin of pins) {
      const cell = cellUnder(grid, pin.point);
      if (cell === null) continue;
      const active = pin.id === activePin;
      const rect = toDevice(tileInPicture(grid, cell), device);
      const color = PIN_COLORS[pin.color]!;
      // A pixel's own outline would hide it.
      if (!onPixels) outline(context, rect, { width: (active ? 2.5 : 1.5) * density, color });
      numberPin(context, rect, { text: String(pin.color + 1), color, active, density });
    }
    if (!hover) return;
    const cell = cellUnder(grid, hover);
    if (cell !== null && !onPixels)
      outline(context, toDevice(tileInPicture(grid, cell), device), { width: 1.5 * density });
    cross(context, device.offsetX + hover.x * device.scale, device.offsetY + hover.y * device.scale, density);
  });
  return (
    <canvas
      ref={canvas}
      className="picture-overlay"
      data-peeking={peeking || undefined}
      aria-hidden
      style={{ width: viewport.width, height: viewport.height }}
    />
  );
}

/** The point itself, which is the same in every column. */
function cross(context: CanvasRenderingContext2D, x: number, y: number, density: number): void {
  const arm = 5 * density;
  for (const [width, color] of [
    [3, 'rgb(0 0 0 / 60%)'],
    [1.25, '#ffffff'],
  ] as const) {
    context.lineWidth = width * density;
    context.strokeStyle = color;
    context.beginPath();
    context.moveTo(x - arm, y);
    context.lineTo(x + arm, y);
    context.moveTo(x, y - arm);
    context.lineTo(x, y + arm);
    context.stroke();
  }
}
