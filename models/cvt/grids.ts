import { SpecError } from '../errors.ts';
import type { CvtSpec, StageSpec } from './spec.ts';

/** Rows and columns of a token grid or of an image, in that order everywhere. */
export interface GridSize {
  readonly rows: number;
  readonly cols: number;
}

/** A window that slides over a grid: a convolution's or a pooling's. Symmetric padding, square kernel, as CvT uses them. */
export interface SlidingWindow {
  readonly kernel: number;
  readonly stride: number;
  readonly padding: number;
  /** PyTorch's `ceil_mode`: a last window may hang over the end, as long as it starts inside. */
  readonly ceil: boolean;
}

export interface StageGrids {
  /** Tokens without CLS: h×w. */
  readonly tokens: GridSize;
  /** Keys and values without CLS: u×v. */
  readonly keys: GridSize;
  /** 1 where the stage has a CLS token, which comes first among queries and keys; else 0. */
  readonly cls: 0 | 1;
}

/** The patch embedding's window over the stage's input grid. */
export function embedWindow(stage: StageSpec): SlidingWindow {
  return { kernel: stage.patchSize, stride: stage.patchStride, padding: stage.patchPadding, ceil: false };
}

/** The key/value projection's window over the token grid; null where keys are the tokens themselves (`linear`). */
export function keyWindow(stage: StageSpec): SlidingWindow | null {
  if (stage.projection === 'linear') return null;
  return {
    kernel: stage.kernelQkv,
    stride: stage.strideKv,
    padding: stage.paddingKv,
    ceil: stage.projection === 'avg',
  };
}

/** How many positions `window` takes along a side of `size`; below 1 where it does not fit. */
export function outputSize(size: number, window: SlidingWindow): number {
  const { kernel, stride, padding, ceil } = window;
  const span = size + 2 * padding - kernel;
  if (!ceil) return Math.floor(span / stride) + 1;
  const count = Math.ceil(span / stride) + 1;
  return (count - 1) * stride >= size + padding ? count - 1 : count;
}

/**
 * The grids of every stage for an input of `height`×`width` pixels.
 * @throws SpecError `input-too-small` where a stage would have no token or no key
 */
export function stageGrids(spec: CvtSpec, height: number, width: number): readonly StageGrids[] {
  let size: GridSize = { rows: height, cols: width };
  return spec.stages.map((stage, index) => {
    const tokens = slide(size, embedWindow(stage));
    const window = keyWindow(stage);
    const keys = window ? slide(tokens, window) : tokens;
    if (Math.min(tokens.rows, tokens.cols, keys.rows, keys.cols) < 1)
      throw new SpecError(
        'input-too-small',
        `An input of ${width}×${height} pixels is too small: stage ${index + 1} would have no tokens or keys.`,
      );
    size = tokens;
    return { tokens, keys, cls: stage.clsToken ? 1 : 0 };
  });
}

/** rows · cols. */
export function cellCount(grid: GridSize): number {
  return grid.rows * grid.cols;
}

function slide(size: GridSize, window: SlidingWindow): GridSize {
  return { rows: outputSize(size.rows, window), cols: outputSize(size.cols, window) };
}
