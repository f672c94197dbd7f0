import { CENTRE, type CropPosition, type InputWindow } from '../../../../models/image/preprocessing.ts';

/** How far a crop can be moved, in picture pixels. */
export function freePlay(window: InputWindow): { readonly x: number; readonly y: number } {
  return {
    x: Math.max(0, window.pictureWidth - window.inputWidth * window.scaleX),
    y: Math.max(0, window.pictureHeight - window.inputHeight * window.scaleY),
  };
}

/**
 * A crop moved by picture pixels, kept inside the picture. Along an axis without play it stays at the centre, where a picture of
 * another shape finds it.
 */
export function movedCrop(from: CropPosition, dx: number, dy: number, window: InputWindow): CropPosition {
  const play = freePlay(window);
  return { x: movedAlong(from.x, dx, play.x), y: movedAlong(from.y, dy, play.y) };
}

function movedAlong(from: number, by: number, play: number): number {
  // Less than an input pixel of play is what truncation left, not a crop.
  if (play < 1) return CENTRE.x;
  return Math.min(1, Math.max(0, from + by / play));
}
