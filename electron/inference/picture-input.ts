import { readFile } from 'node:fs/promises';
import { ImageError, reasonOf } from '../../models/errors.ts';
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import { decodeImage } from '../decode-image.ts';

/**
 * The bytes of a picture file.
 * @param name what messages call it
 * @throws ImageError `image-unreadable`
 */
export async function readPicture(path: string, name: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new ImageError('image-unreadable', `${name}: could not be read (${reasonOf(error)}).`, {
      cause: error,
    });
  }
}

/** A picture as the network takes it: [1, 3, height, width], normalised. @throws ImageError */
export async function pictureInput(
  name: string,
  bytes: Uint8Array,
  preprocessing: Preprocessing,
): Promise<Float32Array> {
  const { rgb } = preprocess(await decodeImage(name, bytes), preprocessing);
  return normalise(rgb, preprocessing);
}
