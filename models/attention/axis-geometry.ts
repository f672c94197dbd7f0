import { outputSize, type SlidingWindow } from '../cvt/grids.ts';

/** From `start` to `end`, in continuous coordinates of the network's input: its first pixel reaches from 0 to 1. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the cells of a grid lie along one side of the input. All windows of CvT are separable, so that two of these make
 * a grid.
 */
export interface AxisGeometry {
  /** In input pixels. */
  readonly inputSize: number;
  /** Number of cells. */
  readonly count: number;
  /** Input pixels from one cell's centre to the next. */
  readonly pitch: number;
  /** The centre of cell `i`'s window. May lie outside the input where paddings are wide. */
  centre(i: number): number;
  /** The window of cell `i` through the whole chain, paddings included. */
  window(i: number): Span;
  /**
   * The input pixels that reach cell `i`: paddings left out at every step of the chain. start = end where the cell sees padding only. A chain
   * with a stride above its kernel skips pixels; this is then the hull of what it sees.
   */
  extent(i: number): Span;
  /** What is nearer to the centre of cell `i` than to any other; tiles cover 0 to `inputSize` once, in order. */
  tile(i: number): Span;
  /** The cell whose tile holds `x`; x outside the input counts as its border. */
  cellAt(x: number): number;
}

/** The input's own pixels: the geometry every chain starts from. */
export function pixelAxis(inputSize: number): AxisGeometry {
  return new ChainAxis(inputSize, inputSize, { offset: 0, length: 1, pitch: 1 }, (i) => ({ start: i, end: i + 1 }));
}

/** The cells that `window` makes of the cells of `axis`. */
export function slideAxis(axis: AxisGeometry, window: SlidingWindow): AxisGeometry {
  const { kernel, stride, padding } = window;
  const base = axis.window(0);
  const affine = {
    offset: base.start - padding * axis.pitch,
    length: base.end - base.start + (kernel - 1) * axis.pitch,
    pitch: axis.pitch * stride,
  };
  return new ChainAxis(axis.inputSize, outputSize(axis.count, window), affine, (i) => {
    const first = Math.max(i * stride - padding, 0);
    const last = Math.min(i * stride - padding + kernel, axis.count) - 1;
    const spans: Span[] = [];
    // The hull of what the covered cells see; inner ones cannot reach further than the outermost that see anything.
    for (let cell = first; cell <= last; cell++) {
      const span = axis.extent(cell);
      if (span.end > span.start) spans.push(span);
    }
    const start = spans[0]?.start;
    const end = spans.at(-1)?.end;
    if (start !== undefined && end !== undefined) return { start, end };
    const nearest = Math.min(Math.max(affine.offset + i * affine.pitch, 0), axis.inputSize);
    return { start: nearest, end: nearest };
  });
}

/** Window of cell i: offset + i · pitch, of `length` input pixels. */
interface Affine {
  readonly offset: number;
  readonly length: number;
  readonly pitch: number;
}

class ChainAxis implements AxisGeometry {
  readonly inputSize: number;
  readonly count: number;
  readonly pitch: number;
  readonly #affine: Affine;
  readonly #extents: readonly Span[];

  constructor(inputSize: number, count: number, affine: Affine, extentOf: (i: number) => Span) {
    this.inputSize = inputSize;
    this.count = count;
    this.pitch = affine.pitch;
    this.#affine = affine;
    this.#extents = Array.from({ length: count }, (_, i) => extentOf(i));
  }

  centre(i: number): number {
    const { offset, length, pitch } = this.#affine;
    return offset + i * pitch + length / 2;
  }

  window(i: number): Span {
    const start = this.#affine.offset + i * this.#affine.pitch;
    return { start, end: start + this.#affine.length };
  }

  extent(i: number): Span {
    const span = this.#extents[i];
    if (!span) throw new RangeError(`Cell ${i} of ${this.count}.`);
    return span;
  }

  tile(i: number): Span {
    return { start: this.#border(i), end: this.#border(i + 1) };
  }

  cellAt(x: number): number {
    const nearest = Math.floor((x - this.centre(0)) / this.pitch + 0.5);
    return Math.min(Math.max(nearest, 0), this.count - 1);
  }

  /** Between cell i − 1 and cell i. */
  #border(i: number): number {
    if (i <= 0) return 0;
    if (i >= this.count) return this.inputSize;
    return Math.min(Math.max(this.centre(i) - this.pitch / 2, 0), this.inputSize);
  }
}
