import { useRef } from 'react';
import { inputRect } from '../../../models/attention/geometry.ts';
import type { InputWindow } from '../../../models/image/preprocessing.ts';
import { type Layout, lookOf, opaque, outline, paintMap, toDevice } from '../../pipeline/paint.ts';
import { tileInPicture, tilesOfMap } from '../../pipeline/tiles.ts';
import type { ShownMap } from '../../stores/maps.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView } from '../../stores/view.ts';
import { useCanvas } from '../../ui/hooks/use-canvas.ts';
import { useElementSize } from '../../ui/hooks/use-element-size.ts';
import { PIN_COLORS } from '../../ui/pin-colors.ts';
import type { Scene } from './use-inspection.ts';

interface StageMapCanvasProps {
  /** Stage index, from 0. */
  readonly at: number;
  readonly scene: Scene;
  readonly shown: ShownMap | null;
}

/** A stage's map by itself, opaque, in the shape of what the network sees of the picture. */
export function StageMapCanvas({ at, scene, shown }: StageMapCanvasProps) {
  const box = useRef<HTMLSpanElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const room = useElementSize(box);
  const overlay = useSettings((settings) => settings.overlay);
  const pinColor = useView(({ pins, activePin }) => pins.find(({ id }) => id === activePin)?.color ?? null);
  const seen = scene.window;
  const size = fitSeen(seen, room.width, room.height);

  useCanvas(
    canvas,
    size.width,
    size.height,
    (context, density) => {
      const tiles = scene.tiles?.[at];
      if (!shown || !tiles || !seen || !scene.tiles) return;
      const scale = size.scale * density;
      const { left, top } = inputRect(seen);
      const layout: Layout = { offsetX: -left * scale, offsetY: -top * scale, scale };
      const { map } = shown;
      paintMap(context, shown, tilesOfMap(scene.tiles, map), layout, opaque(lookOf(overlay, map.signed)));
      if ((map.view !== 'row' && map.view !== 'column') || map.token === null) return;
      const grid = map.view === 'row' ? tiles.tokens : tiles.keys;
      const cell = map.token - tiles.geometry.cls;
      const color = pinColor === null ? '#ffffff' : PIN_COLORS[pinColor]!;
      if (cell >= 0) outline(context, toDevice(tileInPicture(grid, cell), layout), { width: density, color });
    },
    [shown, scene.tiles, at, seen, overlay, pinColor],
  );

  return (
    <span ref={box} className="card-map">
      <canvas
        ref={canvas}
        data-empty={shown === null || undefined}
        data-testid={`stage-map-${at + 1}`}
        aria-hidden
        style={{ width: size.width, height: size.height }}
      />
    </span>
  );
}

/** What the network sees, as large as it fits; a square before there is a picture. `scale`: CSS pixels per picture pixel. */
function fitSeen(seen: InputWindow | null, width: number, height: number) {
  const aspect = seen ? (seen.inputWidth * seen.scaleX) / (seen.inputHeight * seen.scaleY) : 1;
  const fittedWidth = Math.min(width, height * aspect);
  const scale = seen ? fittedWidth / (seen.inputWidth * seen.scaleX) : 1;
  return { width: fittedWidth, height: fittedWidth / aspect, scale };
}
