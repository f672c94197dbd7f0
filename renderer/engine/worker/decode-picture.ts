import { BlobSource } from '../../../models/bytes/byte-source.ts';
import { ImageError, throwIfCancelled } from '../../../models/errors.ts';
import { judgeSize, readImageHeaderFrom } from '../../../models/image/header.ts';
import type { Pixels } from '../../../models/image/preprocess.ts';
import type { PictureRef } from '../protocol.ts';

/** Side of the canvas that pixels are read through. A canvas as large as the picture would hold it twice more. */
const TILE = 1024;

/** Kept: whenever one is made, a Worker waits for the page, which is drawing the screen of the same picture. */
let tile: OffscreenCanvasRenderingContext2D | null = null;

/**
 * The colour values as the file holds them: EXIF's orientation applied, no colour profile, transparency over white.
 * @throws ImageError, CancelledError
 */
export async function decodePicture(picture: PictureRef, signal: AbortSignal): Promise<Pixels> {
  const { name, bytes } = picture;
  // The declared size is judged before a decoder allocates for it.
  await readImageHeaderFrom(new BlobSource(name, bytes), signal);
  const bitmap = await decode(name, bytes);
  try {
    throwIfCancelled(signal);
    // A decoder may find another size in the file than the header has.
    judgeSize(name, bitmap.width, bitmap.height);
    return readPixels(bitmap);
  } catch (error) {
    if (error instanceof RangeError)
      throw new ImageError(
        'image-too-large',
        `${name}: not enough memory for ${bitmap.width}×${bitmap.height} pixels.`,
      );
    throw error;
  } finally {
    bitmap.close();
  }
}

async function decode(name: string, bytes: Blob): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(bytes, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    throw new ImageError(
      'image-broken',
      `${name}: the picture could not be decoded. The file is damaged or unusual; open and save it with another program.`,
      { cause },
    );
  }
}

/** A canvas premultiplies, which loses colour under transparency: white is put under the picture before it is read. */
function readPixels(bitmap: ImageBitmap): Pixels {
  const { width, height } = bitmap;
  const data = new Uint8ClampedArray(width * height * 4);
  tile ??= new OffscreenCanvas(TILE, TILE).getContext('2d', { alpha: false, willReadFrequently: true });
  const context = tile;
  if (!context) throw new Error('This browser has no 2D canvas in Workers.');
  context.imageSmoothingEnabled = false;
  for (let top = 0; top < height; top += TILE)
    for (let left = 0; left < width; left += TILE) {
      const columns = Math.min(TILE, width - left);
      const rows = Math.min(TILE, height - top);
      context.fillStyle = 'white';
      context.fillRect(0, 0, columns, rows);
      context.drawImage(bitmap, left, top, columns, rows, 0, 0, columns, rows);
      const read = context.getImageData(0, 0, columns, rows).data;
      for (let row = 0; row < rows; row++) {
        const from = row * columns * 4;
        data.set(read.subarray(from, from + columns * 4), ((top + row) * width + left) * 4);
      }
    }
  return { data, width, height };
}
