import { type RefObject, useLayoutEffect } from 'react';

/**
 * Sizes a canvas to `width`×`height` CSS pixels at the screen's density and repaints it after every render. `paint` gets a
 * cleared context in device pixels and the number of device pixels per CSS pixel.
 */
export function useCanvas(
  canvas: RefObject<HTMLCanvasElement | null>,
  width: number,
  height: number,
  paint: (context: CanvasRenderingContext2D, density: number) => void,
): void {
  useLayoutEffect(() => {
    const target = canvas.current;
    const context = target?.getContext('2d');
    if (!target || !context) return;
    const density = window.devicePixelRatio || 1;
    const deviceWidth = Math.max(1, Math.round(width * density));
    const deviceHeight = Math.max(1, Math.round(height * density));
    // Setting either side clears and reallocates, so only when it changed.
    if (target.width !== deviceWidth) target.width = deviceWidth;
    if (target.height !== deviceHeight) target.height = deviceHeight;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, deviceWidth, deviceHeight);
    paint(context, density);
  });
}
