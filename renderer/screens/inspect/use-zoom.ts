import { select } from 'd3-selection';
import { type ZoomBehavior, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { useCamera } from '../../stores/camera.ts';
import type { PictureSize } from '../../stores/images.ts';
import type { ElementSize } from '../../ui/hooks/use-element-size.ts';

/** From picture pixels to CSS pixels of the viewport: viewport = offset + picture · scale. */
export interface PictureLayout {
  readonly offsetX: number;
  readonly offsetY: number;
  readonly scale: number;
}

/** Around the fitted picture, in CSS pixels. */
const MARGIN = 20;
/** At most this many CSS pixels for one of the picture. */
const CLOSEST = 24;

/**
 * Wheel, drag and pinch on `viewport`; the picture is fitted at first and whenever `key` changes.
 * @returns where the picture lies now
 */
export function useZoom(
  viewport: RefObject<HTMLElement | null>,
  { width, height }: ElementSize,
  picture: PictureSize,
  key: string,
): PictureLayout {
  const [transform, setTransform] = useState<ZoomTransform>(zoomIdentity);
  const behavior = useRef<ZoomBehavior<HTMLElement, unknown> | null>(null);

  useEffect(() => {
    const element = viewport.current;
    if (!element) return;
    const target = select(element);
    // A click that did not move pins a query; clickDistance keeps an unsteady hand from panning instead.
    const zoomer = zoom<HTMLElement, unknown>().clickDistance(4);
    zoomer.on('zoom', ({ transform: next }: { transform: ZoomTransform }) => {
      setTransform(next);
      useCamera.setState({ zoom: next.k });
    });
    target.call(zoomer).on('dblclick.zoom', null);
    behavior.current = zoomer;
    const controls = {
      zoomBy: (factor: number) => zoomer.scaleBy(target, factor),
      // d3 moves by units of the unzoomed picture.
      panBy: (x: number, y: number) =>
        zoomer.translateBy(target, x / useCamera.getState().zoom, y / useCamera.getState().zoom),
      reset: () => zoomer.transform(target, zoomIdentity),
    };
    useCamera.setState({ controls, zoom: 1 });
    return () => {
      target.on('.zoom', null);
      useCamera.setState({ controls: null, zoom: 1 });
    };
  }, [viewport]);

  const fit = useMemo(() => fitted(width, height, picture), [width, height, picture]);

  useEffect(() => {
    const { current } = behavior;
    if (!current || width === 0) return;
    const bounds: [[number, number], [number, number]] = [
      [0, 0],
      [width, height],
    ];
    current.extent(bounds).translateExtent(bounds);
    current.scaleExtent([1, Math.max(8, CLOSEST / fit.scale)]);
  }, [width, height, fit]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another picture starts fitted, which `key` stands for
  useEffect(() => useCamera.getState().controls?.reset(), [key]);

  return {
    offsetX: transform.applyX(fit.offsetX),
    offsetY: transform.applyY(fit.offsetY),
    scale: fit.scale * transform.k,
  };
}

/** The whole picture, centred. Small pictures are enlarged: the network sees them enlarged too. */
export function fitted(width: number, height: number, picture: PictureSize): PictureLayout {
  const roomX = Math.max(1, width - 2 * MARGIN);
  const roomY = Math.max(1, height - 2 * MARGIN);
  const scale = Math.min(roomX / picture.width, roomY / picture.height);
  return { offsetX: (width - picture.width * scale) / 2, offsetY: (height - picture.height * scale) / 2, scale };
}
