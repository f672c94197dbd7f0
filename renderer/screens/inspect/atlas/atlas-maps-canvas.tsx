import { memo, useEffect, useRef, useState } from 'react';
import type { Look } from '../../../../models/drawing/map-raster.ts';
import type { MapScale } from '../../../../models/drawing/map-scale.ts';
import type { TileGrid } from '../../../pipeline/tiles.ts';
import { useCanvas } from '../../../ui/hooks/use-canvas.ts';
import type { AtlasLayout } from './atlas-layout.ts';
import type { AtlasEntry } from './atlas-maps.ts';
import { paintAtlas } from './paint-atlas.ts';

interface AtlasMapsProps {
  readonly entries: readonly AtlasEntry[];
  readonly layout: AtlasLayout;
  readonly scale: MapScale;
  readonly tiles: TileGrid;
  readonly look: Look;
  /** Of the picture that is to shine through; null: none. */
  readonly url: string | null;
}

/** All maps on one canvas. Remembered: what is hovered or focused is drawn by the cells above it. */
export const AtlasMaps = memo(function AtlasMaps({ entries, layout, scale, tiles, look, url }: AtlasMapsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = usePicture(url);
  useCanvas(canvas, layout.width, layout.height, (context, density) =>
    paintAtlas(context, { entries, layout, scale, tiles, look, beneath: picture }, density),
  );
  return (
    <canvas
      ref={canvas}
      className="atlas-maps"
      data-testid="atlas-maps"
      aria-hidden
      style={{ width: layout.width, height: layout.height }}
    />
  );
});

/** The decoded picture; null until it is there. */
function usePicture(url: string | null): HTMLImageElement | null {
  const [loaded, setLoaded] = useState<HTMLImageElement | null>(null);
  useEffect(() => {
    if (!url) return setLoaded(null);
    let wanted = true;
    const image = new Image();
    image.src = url;
    // A picture that cannot be decoded was refused long before; the maps then stand without it.
    image.decode().then(
      () => wanted && setLoaded(image),
      () => wanted && setLoaded(null),
    );
    return () => {
      wanted = false;
    };
  }, [url]);
  return loaded;
}
