import { CENTRE, type InputWindow, type Preprocessing } from './preprocessing.ts';
import { type Crop, resampleBicubic, type WordRows } from './resample.ts';

/** A decoded picture with its orientation applied: RGBA, 8 bits, alpha not premultiplied, [height, width, 4]. */
export interface Pixels {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

export interface NetworkInput {
  /** [height, width, 3] of the preprocessing's input size, after resize and crop, before normalisation. */
  readonly rgb: Uint8Array;
  /** Where that input lies in the picture. */
  readonly window: InputWindow;
}

/** The size a picture is resized to, and the part of that which the network gets. */
export interface ResizePlan {
  readonly width: number;
  readonly height: number;
  readonly crop: Crop;
}

/**
 * What torchvision's Resize and CenterCrop do to a picture of `width`×`height`: the longer side is truncated, the crop's
 * offset rounded half to even; a crop with a position of its own is rounded alike. Smaller pictures are enlarged.
 * @throws RangeError where the preprocessing crops more than it resizes to; torchvision would pad with black
 */
export function resizePlan(width: number, height: number, preprocessing: Preprocessing): ResizePlan {
  const { width: inputWidth, height: inputHeight, resize } = preprocessing;
  if (resize.mode === 'stretch') {
    const crop = { left: 0, top: 0, width: inputWidth, height: inputHeight };
    return { width: inputWidth, height: inputHeight, crop };
  }
  const { to, crop: position = CENTRE } = resize;
  const resized = resizeShorter(width, height, to);
  if (resized.width < inputWidth || resized.height < inputHeight)
    throw new RangeError(
      `A picture of ${resized.width}×${resized.height} pixels cannot be cropped to ${inputWidth}×${inputHeight}.`,
    );
  const crop = {
    left: roundHalfToEven((resized.width - inputWidth) * position.x),
    top: roundHalfToEven((resized.height - inputHeight) * position.y),
    width: inputWidth,
    height: inputHeight,
  };
  return { ...resized, crop };
}

/** The size that torchvision's Resize gives a picture whose shorter side shall be `to`: the longer side is truncated. */
export function resizeShorter(width: number, height: number, to: number): { width: number; height: number } {
  return width <= height
    ? { width: to, height: Math.trunc((to * height) / width) }
    : { width: Math.trunc((to * width) / height), height: to };
}

/** Where the network's input lies in a picture of `width`×`height`. */
export function inputWindow(width: number, height: number, preprocessing: Preprocessing): InputWindow {
  const plan = resizePlan(width, height, preprocessing);
  const scaleX = width / plan.width;
  const scaleY = height / plan.height;
  return {
    pictureWidth: width,
    pictureHeight: height,
    left: plan.crop.left * scaleX,
    top: plan.crop.top * scaleY,
    scaleX,
    scaleY,
    inputWidth: plan.crop.width,
    inputHeight: plan.crop.height,
  };
}

/** Composites over white, resizes and crops as PIL does. Memory beyond the picture: a few megabytes at any aspect ratio. */
export function preprocess(pixels: Pixels, preprocessing: Preprocessing): NetworkInput {
  const { width, height } = pixels;
  const plan = resizePlan(width, height, preprocessing);
  return {
    rgb: resampleBicubic(overWhite(pixels), plan, plan.crop),
    window: inputWindow(width, height, preprocessing),
  };
}

/**
 * The network's input as a tensor: (value / 255 − mean) / std.
 * @param rgb [height, width, 3]
 * @returns [1, 3, height, width]
 */
export function normalise(rgb: Uint8Array, preprocessing: Preprocessing): Float32Array {
  const { mean, std } = preprocessing;
  const plane = preprocessing.width * preprocessing.height;
  const tensor = new Float32Array(3 * plane);
  const levels = new Float32Array(256);
  for (let channel = 0; channel < 3; channel++) {
    for (let level = 0; level < 256; level++) levels[level] = (level / 255 - mean[channel]!) / std[channel]!;
    const at = channel * plane;
    for (let i = 0; i < plane; i++) tensor[at + i] = levels[rgb[i * 3 + channel]!]!;
  }
  return tensor;
}

/**
 * The picture's rows composited over white, before any resizing: colour · alpha + 255 · (255 − alpha), divided by 255 and
 * rounded to nearest, with the integer division of Pillow's `Image.paste` (Paste.c, ImagingUtils.h DIV255). Where nothing is
 * transparent these are the picture's own pixels.
 */
function overWhite({ data, width, height }: Pixels): WordRows {
  const words = wordsOf(data);
  let blended: Int32Array | null = null;
  return {
    width,
    height,
    row(y, from, to) {
      const row = words.subarray(y * width + from, y * width + to);
      if (isOpaque(row)) return row;
      blended ??= new Int32Array(row.length);
      for (let x = 0; x < row.length; x++) {
        const word = row[x]!;
        const alpha = word >>> 24;
        const red = blendOverWhite(word & 255, alpha);
        const green = blendOverWhite((word >> 8) & 255, alpha);
        const blue = blendOverWhite((word >> 16) & 255, alpha);
        blended[x] = red | (green << 8) | (blue << 16);
      }
      return blended;
    },
  };
}

/** A pixel to a word, red in the lowest byte: every machine that runs this is little-endian. */
function wordsOf(data: Pixels['data']): Int32Array {
  // Small Buffers of Node lie anywhere in a pool.
  const { buffer, byteOffset, length } = data.byteOffset % 4 === 0 ? data : Uint8Array.from(data);
  return new Int32Array(buffer, byteOffset, length / 4);
}

function isOpaque(row: Int32Array): boolean {
  let all = -1;
  for (let x = 0; x < row.length; x++) all &= row[x]!;
  return all >>> 24 === 255;
}

function blendOverWhite(colour: number, alpha: number): number {
  const sum = colour * alpha + 255 * (255 - alpha) + 128;
  return ((sum >> 8) + sum) >> 8;
}

/** Python's `round`. */
function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
