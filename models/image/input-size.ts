import { z } from 'zod';
import { resizeShorter } from './preprocess.ts';
import { CENTRE, type CropPosition, LARGEST_INPUT_SIDE, type Preprocessing } from './preprocessing.ts';

/**
 * The input that the user wants a picture to be shown at. CvT has no positional encoding, so every size works that the
 * network does not shrink to nothing.
 */
export type InputChoice =
  /** The checkpoint's own preprocessing. */
  | { readonly kind: 'own' }
  /** The checkpoint's preprocessing at another square size: what it crops, it crops in the same proportion. */
  | { readonly kind: 'square'; readonly side: number }
  /** All of the picture at its own aspect, one of its sides being `side` pixels. */
  | { readonly kind: 'whole'; readonly along: 'shorter' | 'longer'; readonly side: number }
  /** `crop`: as much of the picture as has the input's shape. `stretch`: all of it, its aspect given up. */
  | { readonly kind: 'free'; readonly width: number; readonly height: number; readonly fit: 'crop' | 'stretch' };

export const OWN_INPUT: InputChoice = { kind: 'own' };

interface Size {
  readonly width: number;
  readonly height: number;
}

const side = z.int().min(1).max(LARGEST_INPUT_SIDE);

/** An {@link InputChoice} that comes from the settings or from a recipe. */
export const inputChoiceSchema: z.ZodType<InputChoice> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('own') }),
  z.object({ kind: z.literal('square'), side }),
  z.object({ kind: z.literal('whole'), along: z.enum(['shorter', 'longer']), side }),
  z.object({ kind: z.literal('free'), width: side, height: side, fit: z.enum(['crop', 'stretch']) }),
]);

/**
 * How a picture of this size, orientation applied, becomes the input that `choice` asks for.
 * @param base the checkpoint's own preprocessing; its mean and deviation hold at every size
 * @param crop where what is cropped lies; null for the centre. It says nothing where nothing is cropped.
 * @returns sides that may exceed LARGEST_INPUT_SIDE where a whole picture is long and thin; such an input is refused by
 * whoever judges its footprint
 */
export function preprocessingOf(
  base: Preprocessing,
  choice: InputChoice,
  crop: CropPosition | null,
  picture: Size,
): Preprocessing {
  const { mean, std } = base;
  switch (choice.kind) {
    case 'own':
      return cropped(base, crop);
    case 'square':
      return cropped(squareOf(base, choice.side), crop);
    case 'whole':
      return { ...wholeSize(picture, choice.along, choice.side), resize: { mode: 'stretch' }, mean, std };
    case 'free': {
      const { width, height } = choice;
      if (choice.fit === 'stretch') return { height, width, resize: { mode: 'stretch' }, mean, std };
      const to = coveringSide(picture, choice);
      return cropped({ height, width, resize: { mode: 'shorter', to }, mean, std }, crop);
    }
  }
}

/**
 * The input of a whole picture, one side given. The other is rounded to the nearest pixel, at least 1, which keeps both
 * scales within half an input pixel of the true aspect.
 */
export function wholeSize(picture: Size, along: 'shorter' | 'longer', side: number): Size {
  const { width, height } = picture;
  const byWidth = along === 'shorter' ? width <= height : width >= height;
  return byWidth
    ? { width: side, height: Math.max(1, Math.round((side * height) / width)) }
    : { width: Math.max(1, Math.round((side * width) / height)), height: side };
}

/** Whether part of the picture is left out, so that a crop can be moved. */
export function isCropped(preprocessing: Preprocessing, { width, height }: Size): boolean {
  const { resize } = preprocessing;
  if (resize.mode === 'stretch') return false;
  const resized = resizeShorter(width, height, resize.to);
  return resized.width > preprocessing.width || resized.height > preprocessing.height;
}

function squareOf(base: Preprocessing, side: number): Preprocessing {
  const { resize } = base;
  if (resize.mode === 'stretch') return { ...base, height: side, width: side };
  const to = Math.round((side * resize.to) / Math.max(base.height, base.width));
  return { ...base, height: side, width: side, resize: { mode: 'shorter', to } };
}

function cropped(preprocessing: Preprocessing, crop: CropPosition | null): Preprocessing {
  const { resize } = preprocessing;
  if (resize.mode === 'stretch') return preprocessing;
  const { mode, to } = resize;
  // The centre is what is meant without a position, and one way of saying it keeps equal recipes equal.
  if (crop === null || (crop.x === CENTRE.x && crop.y === CENTRE.y)) return { ...preprocessing, resize: { mode, to } };
  return { ...preprocessing, resize: { mode, to, crop } };
}

/** The least shorter side at which the picture covers `input`. Truncation may leave the longer side a pixel short of it. */
function coveringSide(picture: Size, input: Size): number {
  const shorter = Math.min(picture.width, picture.height);
  const scale = Math.max(input.width / picture.width, input.height / picture.height);
  let to = Math.max(1, Math.round(shorter * scale));
  const covers = () => {
    const resized = resizeShorter(picture.width, picture.height, to);
    return resized.width >= input.width && resized.height >= input.height;
  };
  while (!covers()) to++;
  return to;
}
