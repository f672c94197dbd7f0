import { useRef } from 'react';
import type { Rect } from '../../../models/attention/geometry.ts';
import { inDevicePixels, lookOf, outline, paintMap, toDevice } from '../../pipeline/paint.ts';
import { type StageTiles, tileInPicture, tilesOfMap } from '../../pipeline/tiles.ts';
import { type ShownMap, useMaps } from '../../stores/maps.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView } from '../../stores/view.ts';
import { useCanvas } from '../../ui/hooks/use-canvas.ts';
import type { ElementSize } from '../../ui/hooks/use-element-size.ts';
import { asksQuery, queryStage } from './query-place.ts';
import type { Inspection } from './use-inspection.ts';
import { useTardyMap } from './use-tardy.ts';
import type { PictureLayout } from './use-zoom.ts';

interface MapLayerProps {
  readonly inspection: Inspection;
  readonly viewport: ElementSize;
  readonly layout: PictureLayout;
}

/**
 * The large map over the picture, and the cell that it is of while that follows the pointer. Drawn again only when it or its look
 * changes: all other marks have a layer of their own.
 */
export function MapLayer({ inspection: { tiles, analysis }, viewport, layout }: MapLayerProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useSettings((settings) => settings.overlay);
  const peeking = useView((state) => state.peeking);
  const shown = useMaps((maps) => maps.large.shown);
  const tardy = useTardyMap();
  // The stage that the cell is of; null where pins mark it, and where the map is of no place.
  const followed = useView((state) => (asksQuery(state) && state.activePin === null ? queryStage(state) : null));
  const { offsetX, offsetY, scale } = layout;

  useCanvas(
    canvas,
    viewport.width,
    viewport.height,
    (context, density) => {
      // A map of the run before, until the store has followed.
      if (!shown || !tiles || shown.runId !== analysis?.runId) return;
      const device = inDevicePixels(layout, density);
      if (overlay.visible)
        paintMap(context, shown, tilesOfMap(tiles, shown.map), device, lookOf(overlay, shown.map.signed));
      const stage = followed === null ? undefined : tiles[followed];
      const queried = stage ? queryTile(shown, stage) : null;
      if (queried) outline(context, toDevice(queried, device), { width: 1.5 * density });
    },
    [shown, tiles, overlay, followed, analysis?.runId, offsetX, offsetY, scale],
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

/** Where the place lies whose map is shown, which lags behind the pointer by the engine's answer; null where it is of none. */
function queryTile({ map }: ShownMap, { geometry, keys, tokens }: StageTiles): Rect | null {
  if (map.view !== 'row' && map.view !== 'column' && map.view !== 'rollout') return null;
  if (map.token === null || map.token < geometry.cls) return null;
  return tileInPicture(map.view === 'column' ? keys : tokens, map.token - geometry.cls);
}
