import { Maximize, Minus, Plus } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, memo, type PointerEvent, useMemo, useRef, useState } from 'react';
import type { Point } from '../../../models/attention/geometry.ts';
import { useCamera } from '../../stores/camera.ts';
import type { PictureSize, TrayImage } from '../../stores/images.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { useElementSize } from '../../ui/hooks/use-element-size.ts';
import { CropHandle } from './input-size/crop-handle.tsx';
import { MapLayer } from './map-layer.tsx';
import { MapState } from './map-state.tsx';
import { MarksLayer } from './marks-layer.tsx';
import { PictureState } from './picture-state.tsx';
import { asksQuery, moveQuery, pressAt } from './query-place.ts';
import type { Inspection } from './use-inspection.ts';
import { useStill } from './use-still.ts';
import { type PictureLayout, useZoom } from './use-zoom.ts';
import { VeilLayer } from './veil-layer.tsx';
import { framesText } from './words.ts';
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
  const asking = useView(asksQuery);
  const { pointAt } = useView.getState();
  const readable = inspection.analysis !== null;
  // A browser shows what little it can of a damaged file, which would pass for a picture.
  const refused = image.status.kind === 'error' && image.status.error.name === 'ImageError';
  const still = useStill(image);
  const url = refused ? null : still;

  const onPointerMove = (event: PointerEvent) => {
    const point = toPicture(event, layout);
    const inside = point.x >= 0 && point.y >= 0 && point.x < size.width && point.y < size.height;
    pointAt(readable && inside ? point : null);
  };
  const onClick = (event: MouseEvent) => {
    if (readable) pressAt(inspection, toPicture(event, layout));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.target !== event.currentTarget) return;
    const { zoom, controls } = useCamera.getState();
    if (asking && readable) moveQuery(inspection, arrow);
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
      aria-label={`${image.name}. Arrow keys move ${asking ? 'the query pixel' : 'the zoomed picture'}.`}
      data-asking={asking || undefined}
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
      {url && <MapLayer inspection={inspection} viewport={viewportSize} layout={layout} />}
      {url && inspection.window && <VeilLayer seen={inspection.window} layout={layout} size={size} />}
      {url && <MarksLayer inspection={inspection} viewport={viewportSize} layout={layout} />}
      {url && <CropHandle image={image} entry={inspection.entry} layout={layout} />}
      <PictureState image={image} />
      {readable && <MapState stageCount={inspection.stages.length} />}
      {url && image.frames?.certain && <p className="picture-frames">{framesText(image.frames)}</p>}
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

const ZoomControls = memo(function ZoomControls() {
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
});
