import { type RefObject, useLayoutEffect, useRef } from 'react';

/** What stands on a canvas. */
interface Painted {
  readonly canvas: HTMLCanvasElement;
  readonly inputs: readonly unknown[];
}

/**
 * Sizes a canvas to `width`×`height` CSS pixels at the screen's density and repaints it after a render. `paint` gets a cleared
 * context in device pixels and the number of device pixels per CSS pixel.
 * @param inputs all that `paint` draws from: while they and the size are the same, what stands there stays. Without them every
 *   render paints.
 */
export function useCanvas(
  canvas: RefObject<HTMLCanvasElement | null>,
  width: number,
  height: number,
  paint: (context: CanvasRenderingContext2D, density: number) => void,
  inputs?: readonly unknown[],
): void {
  const painted = useRef<Painted | null>(null);
  useLayoutEffect(() => {
    const target = canvas.current;
    const context = target?.getContext('2d');
    if (!target || !context) return;
    const density = window.devicePixelRatio || 1;
    const deviceWidth = Math.max(1, Math.round(width * density));
    const deviceHeight = Math.max(1, Math.round(height * density));
    const now = inputs ? { canvas: target, inputs: [deviceWidth, deviceHeight, density, ...inputs] } : null;
    if (now && painted.current && isSame(painted.current, now)) return;
    painted.current = now;
    // Setting either side clears and reallocates, so only when it changed.
    if (target.width !== deviceWidth) target.width = deviceWidth;
    if (target.height !== deviceHeight) target.height = deviceHeight;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, deviceWidth, deviceHeight);
    paint(context, density);
  });
}

function isSame(a: Painted, b: Painted): boolean {
  return (
    a.canvas === b.canvas &&
    a.inputs.length === b.inputs.length &&
    a.inputs.every((each, at) => Object.is(each, b.inputs[at]))
  );
}
