import { Maximize, Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Point } from '../../../models/attention/geometry.ts';
import { tileInPicture, tokenUnder, windowCentre } from '../../pipeline/tiles.ts';
import { useCamera } from '../../stores/camera.ts';
import type { PictureSize, TrayImage } from '../../stores/images.ts';
import { queryPoint, useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { useElementSize } from '../../ui/hooks/use-element-size.ts';
import { PictureOverlay } from './picture-overlay.tsx';
import { PictureState } from './picture-state.tsx';
import type { Inspection } from './use-inspection.ts';
import { type PictureLayout, useZoom } from './use-zoom.ts';
import './picture.css';

interface PictureProps {
  readonly inspection: Inspection;
  readonly image: TrayImage;
}

/** Pixels of the screen that an arrow key moves the zoomed picture by. */
const PAN_STEP = 48;

const ARROWS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The picture, large, under the map of the chosen stage; zoom, pan, and the pixel that is asked about. */
export function Picture({ inspection, image }: PictureProps) {
  const viewport = useRef<HTMLElement>(null);
  const viewportSize = useElementSize(viewport);
  const { size, onLoad } = useShownSize(image, inspection);
  const layout = useZoom(viewport, viewportSize, size, image.id);
  const view = useView((state) => state.view);
  const { pointAt, pin } = useView.getState();
  const readable = inspection.analysis !== null;
  // A browser shows what little it can of a damaged file, which would pass for a picture.
  const refused = image.status.kind === 'error' && image.status.error.name === 'ImageError';
  const url = refused ? null : image.url;

  const onPointerMove = (event: PointerEvent) => {
    const point = toPicture(event, layout);
    const inside = point.x >= 0 && point.y >= 0 && point.x < size.width && point.y < size.height;
    pointAt(readable && inside ? point : null);
  };
  const onClick = (event: MouseEvent) => {
    const point = toPicture(event, layout);
    const stage = inspection.tiles?.[useView.getState().stage];
    if (view === 'query' && stage && tokenUnder(stage, point) !== null) pin(point);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.target !== event.currentTarget) return;
    const { zoom, controls } = useCamera.getState();
    if (view === 'query' && readable) moveQuery(inspection, arrow);
    else if (zoom > 1) controls?.panBy(-arrow[0] * PAN_STEP, -arrow[1] * PAN_STEP);
    else return;
    event.preventDefault();
  };

  return (
    <section
      ref={viewport}
      className="picture"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move the query pixel and the zoomed picture
      tabIndex={0}
      aria-label={`${image.name}. Arrow keys move ${view === 'query' ? 'the query pixel' : 'the zoomed picture'}.`}
      data-view={view}
      onPointerMove={onPointerMove}
      onPointerLeave={() => pointAt(null)}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      {url && (
        <img
          key={url}
          className="picture-image"
          src={url}
          alt={image.name}
          draggable={false}
          onLoad={onLoad}
          data-close={layout.scale > 3 || undefined}
          style={{
            width: size.width,
            height: size.height,
            transform: `translate(${layout.offsetX}px, ${layout.offsetY}px) scale(${layout.scale})`,
          }}
        />
      )}
      {url && <PictureOverlay inspection={inspection} viewport={viewportSize} layout={layout} size={size} />}
      <PictureState image={image} />
      {url && <ZoomControls />}
    </section>
  );
}

/**
 * The picture's size as it is shown. The header's, until the browser has decoded it: orientation may be written behind
 * the pixels, where the header's reader does not look.
 */
function useShownSize(image: TrayImage, { analysis }: Inspection) {
  const [decoded, setDecoded] = useState<{ readonly id: string; readonly size: PictureSize } | null>(null);
  const size = useMemo<PictureSize>(() => {
    if (analysis) return { width: analysis.window.pictureWidth, height: analysis.window.pictureHeight };
    if (decoded?.id === image.id) return decoded.size;
    return image.size ?? { width: 1, height: 1 };
  }, [analysis, decoded, image.id, image.size]);
  const onLoad = ({ currentTarget: { naturalWidth, naturalHeight } }: { readonly currentTarget: HTMLImageElement }) =>
    setDecoded({ id: image.id, size: { width: naturalWidth, height: naturalHeight } });
  return { size, onLoad };
}

/** The pointer's place in picture pixels. */
function toPicture(event: MouseEvent, layout: PictureLayout): Point {
  const box = event.currentTarget.getBoundingClientRect();
  return {
    x: (event.clientX - box.left - layout.offsetX) / layout.scale,
    y: (event.clientY - box.top - layout.offsetY) / layout.scale,
  };
}

/** Pins the query one token of the chosen stage further; at the edge of what the network sees it stays. */
function moveQuery({ tiles, window }: Inspection, [x, y]: readonly [number, number]): void {
  const { stage, moveActivePin } = useView.getState();
  const grid = tiles?.[stage]?.tokens;
  if (!grid || !window) return;
  const from = queryPoint(useView.getState()) ?? windowCentre(window);
  const { rows, cols } = grid.geometry;
  const token = tokenUnder(tiles[stage]!, from);
  if (token === null) {
    moveActivePin(windowCentre(window));
    return;
  }
  const cell = token - tiles[stage]!.geometry.cls;
  const col = Math.min(cols.count - 1, Math.max(0, (cell % cols.count) + x));
  const row = Math.min(rows.count - 1, Math.max(0, Math.floor(cell / cols.count) + y));
  const tile = tileInPicture(grid, row * cols.count + col);
  moveActivePin({ x: (tile.left + tile.right) / 2, y: (tile.top + tile.bottom) / 2 });
}

function ZoomControls() {
  const { zoom, controls } = useCamera();
  return (
    // Presses on the buttons are not presses on the picture.
    // biome-ignore lint/a11y/noStaticElementInteractions: stops events, has no behaviour of its own
    // biome-ignore lint/a11y/useKeyWithClickEvents: likewise
    <div
      className="zoom-controls"
      onPointerDown={(event) => event.stopPropagation()}
      onMouseDown={(event) => event.stopPropagation()}
      onClick={(event) => event.stopPropagation()}
    >
      <IconButton
        icon={Minus}
        label="Zoom out"
        keys="-"
        disabled={zoom <= 1}
        onClick={() => controls?.zoomBy(1 / 1.5)}
      />
      <span>{Math.round(zoom * 100)}%</span>
      <IconButton icon={Plus} label="Zoom in" keys="+" onClick={() => controls?.zoomBy(1.5)} />
      <IconButton
        icon={Maximize}
        label="Whole picture"
        keys="0"
        disabled={zoom === 1}
        onClick={() => controls?.reset()}
      />
    </div>
  );
}
