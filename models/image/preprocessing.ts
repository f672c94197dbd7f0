import type { GridSize } from '../cvt/grids.ts';

/**
 * Where a crop lies: the share of its free play, 0 (left, top) to 1 (right, bottom), along each axis. Half is the centre.
 */
export interface CropPosition {
  readonly x: number;
  readonly y: number;
}

export const CENTRE: CropPosition = { x: 0.5, y: 0.5 };

/** How a picture becomes the network's input. Bicubic is antialiased with a = −0.5, as PIL does it. */
export interface Preprocessing {
  /** The network's input, in pixels. */
  readonly height: number;
  readonly width: number;
  /**
   * `shorter`: scale so that the shorter side is `to` pixels, then crop (224 checkpoints: 256, then 224); the centre
   * where no `crop` is given.
   * `stretch`: scale both sides to the input size, no crop (384 checkpoints, and whole pictures at their own aspect).
   */
  readonly resize:
    | { readonly mode: 'shorter'; readonly to: number; readonly crop?: CropPosition }
    | { readonly mode: 'stretch' };
  /** Per channel (red, green, blue), on values scaled to 0–1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** Far beyond what CvT can do in memory; keeps a mistake from asking for it. */
export const LARGEST_INPUT_SIDE = 8192;

export const IMAGENET_MEAN = [0.485, 0.456, 0.406] as const;
export const IMAGENET_STD = [0.229, 0.224, 0.225] as const;

/** The official recipe of the 224 checkpoints: shorter side to 256, centre crop 224. */
export const OFFICIAL_224: Preprocessing = {
  height: 224,
  width: 224,
  resize: { mode: 'shorter', to: 256 },
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
};

/** The official recipe of the 384 checkpoints: both sides to 384. */
export const OFFICIAL_384: Preprocessing = {
  height: 384,
  width: 384,
  resize: { mode: 'stretch' },
  mean: IMAGENET_MEAN,
  std: IMAGENET_STD,
};

/**
 * The recipe for an input size when nothing says which one a checkpoint was made with: the official ones at 224 and 384,
 * otherwise the whole picture scaled to the input.
 */
export function preprocessingFor(size: GridSize): Preprocessing {
  if (size.rows === 224 && size.cols === 224) return OFFICIAL_224;
  return { ...OFFICIAL_384, height: size.rows, width: size.cols };
}

/** Shorter side to `size`, centre crop `size`: what the demo checkpoint was trained with. */
export function cropSquare(size: number): Preprocessing {
  return { height: size, width: size, resize: { mode: 'shorter', to: size }, mean: IMAGENET_MEAN, std: IMAGENET_STD };
}

/**
 * Where the network's input lies in the user's picture (after its orientation was applied). Continuous pixel coordinates,
 * the top-left corner of the top-left pixel being (0, 0): picture = left + input · scaleX, top + input · scaleY.
 */
export interface InputWindow {
  readonly pictureWidth: number;
  readonly pictureHeight: number;
  readonly left: number;
  readonly top: number;
  /** Picture pixels per input pixel. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** The network's input, in its own pixels. */
  readonly inputWidth: number;
  readonly inputHeight: number;
}
