import type { AxisGeometry } from '../attention/axis-geometry.ts';
import { inputRect, type Rect } from '../attention/geometry.ts';
import type { PlacedGrid } from '../drawing/map-raster.ts';
import type { InputWindow } from '../image/preprocessing.ts';

/** A map's cells where they lie in the user's picture. */
export interface PlacedMap {
  /** [rows · cols], row-major, CLS not among them. */
  readonly cells: Float32Array;
  readonly place: PlacedGrid;
}

/** Neighbouring pixels of one side of the picture that lie on one cell of either map. */
export interface PixelRun {
  /** Rows or columns of the two maps. */
  readonly a: number;
  readonly b: number;
  /** Pixels. */
  readonly count: number;
}

export interface MapOverlap {
  /** From left to right, from top to bottom; empty where no pixel is seen by both networks. */
  readonly cols: readonly PixelRun[];
  readonly rows: readonly PixelRun[];
}

/**
 * The pixels of the picture that both networks see, each with the cell of either map whose tile its middle lies on. Tiles are
 * separable, so that runs along two sides say it all.
 * @throws RangeError where the two windows are of different pictures
 */
export function mapOverlap(a: PlacedGrid, b: PlacedGrid): MapOverlap {
  const { pictureWidth, pictureHeight } = a.window;
  if (b.window.pictureWidth !== pictureWidth || b.window.pictureHeight !== pictureHeight)
    throw new RangeError('Maps of pictures of different sizes have no pixels in common.');
  const along = (side: (window: InputWindow) => Axis, axis: (place: PlacedGrid) => AxisGeometry, size: number) =>
    runs({ ...side(a.window), axis: axis(a) }, { ...side(b.window), axis: axis(b) }, size);
  return {
    cols: along(
      ({ left, scaleX }) => ({ start: left, scale: scaleX }),
      ({ geometry }) => geometry.cols,
      pictureWidth,
    ),
    rows: along(
      ({ top, scaleY }) => ({ start: top, scale: scaleY }),
      ({ geometry }) => geometry.rows,
      pictureHeight,
    ),
  };
}

/** The part of the picture that both networks see, in its pixels; null where there is none. */
export function commonRect(a: InputWindow, b: InputWindow): Rect | null {
  const [one, other] = [inputRect(a), inputRect(b)];
  const rect = {
    left: Math.max(one.left, other.left, 0),
    top: Math.max(one.top, other.top, 0),
    right: Math.min(one.right, other.right, a.pictureWidth),
    bottom: Math.min(one.bottom, other.bottom, a.pictureHeight),
  };
  return rect.right > rect.left && rect.bottom > rect.top ? rect : null;
}

interface Axis {
  readonly start: number;
  /** Picture pixels per input pixel. */
  readonly scale: number;
}

type PlacedAxis = Axis & { readonly axis: AxisGeometry };

function runs(a: PlacedAxis, b: PlacedAxis, size: number): readonly PixelRun[] {
  const found: { a: number; b: number; count: number }[] = [];
  for (let pixel = 0; pixel < size; pixel++) {
    const [one, other] = [cellUnder(a, pixel + 0.5), cellUnder(b, pixel + 0.5)];
    if (one === null || other === null) continue;
    const last = found.at(-1);
    if (last?.a === one && last.b === other) last.count++;
    else found.push({ a: one, b: other, count: 1 });
  }
  return found;
}

function cellUnder({ axis, start, scale }: PlacedAxis, picture: number): number | null {
  const at = (picture - start) / scale;
  return at >= 0 && at < axis.inputSize ? axis.cellAt(at) : null;
}
