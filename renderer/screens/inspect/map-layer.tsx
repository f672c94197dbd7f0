import { useRef } from 'react';
import { inDevicePixels, lookOf, paintMap } from '../../pipeline/paint.ts';
import { tilesOfMap } from '../../pipeline/tiles.ts';
import { useMaps } from '../../stores/maps.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView } from '../../stores/view.ts';
import { useCanvas } from '../../ui/hooks/use-canvas.ts';
import type { ElementSize } from '../../ui/hooks/use-element-size.ts';
import type { Inspection } from './use-inspection.ts';
import { useTardyMap } from './use-tardy.ts';
import type { PictureLayout } from './use-zoom.ts';

interface MapLayerProps {
  readonly inspection: Inspection;
  readonly viewport: ElementSize;
  readonly layout: PictureLayout;
}

/** The large map over the picture. Drawn again only when it or its look changes: marks have a layer of their own. */
export function MapLayer({ inspection: { tiles, analysis }, viewport, layout }: MapLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useSettings((settings) => settings.overlay);
  const peeking = useView((state) => state.peeking);
  const shown = useMaps((maps) => maps.large.shown);
  const tardy = useTardyMap();
  const { offsetX, offsetY, scale } = layout;

  useCanvas(
    canvas,
    viewport.width,
    viewport.height,
    (context, density) => {
      // A map of the run before, until the store has followed.
      if (!shown || !tiles || !overlay.visible || shown.runId !== analysis?.runId) return;
      const device = inDevicePixels(layout, density);
      paintMap(context, shown, tilesOfMap(tiles, shown.map), device, lookOf(overlay, shown.map.signed));
    },
    [shown, tiles, overlay, analysis?.runId, offsetX, offsetY, scale],
  );

  return (
    <canvas
      ref={canvas}
      className="picture-overlay"
      data-peeking={peeking || undefined}
      data-tardy={tardy || undefined}
      data-testid="overlay"
      data-view={shown?.map.view}
      data-run={shown?.runId}
      data-query={shown?.map.token ?? undefined}
      aria-hidden
      style={{ width: viewport.width, height: viewport.height }}
    />
  );
}
