import { useRef } from 'react';
import { inputRect } from '../../../../models/attention/geometry.ts';
import { lookOf, opaque, paintMap } from '../../../pipeline/paint.ts';
import type { TileGrid } from '../../../pipeline/tiles.ts';
import type { ShownMap } from '../../../stores/maps.ts';
import { useSettings } from '../../../stores/settings.ts';
import { useCanvas } from '../../../ui/hooks/use-canvas.ts';
import { useElementSize } from '../../../ui/hooks/use-element-size.ts';

interface TokenThumbProps {
  readonly shown: ShownMap;
  readonly tiles: TileGrid;
}

/** Tokens on their true tiles, small, in the shape of what the network sees. */
export function TokenThumb({ shown, tiles }: TokenThumbProps) {
  const box = useRef<HTMLSpanElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const overlay = useSettings((settings) => settings.overlay);
  const seen = inputRect(tiles.window);
  const aspect = (seen.right - seen.left) / (seen.bottom - seen.top);
  const { width } = useElementSize(box);
  const size = { width: width * Math.min(1, aspect), height: width / Math.max(1, aspect) };

  useCanvas(canvas, size.width, size.height, (context, density) => {
    if (width === 0) return;
    const scale = (size.width * density) / (seen.right - seen.left);
    const layout = { offsetX: -seen.left * scale, offsetY: -seen.top * scale, scale };
    paintMap(context, shown, tiles, layout, opaque(lookOf(overlay, shown.map.signed)));
  });

  return (
    <span ref={box} className="token-thumb">
      <canvas ref={canvas} aria-hidden style={{ width: size.width, height: size.height }} />
    </span>
  );
}
