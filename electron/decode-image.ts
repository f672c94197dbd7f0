import sharp from 'sharp';
import { MemorySource } from '../models/bytes/byte-source.ts';
import { printable } from '../models/bytes/printable.ts';
import { ImageError, reasonOf } from '../models/errors.ts';
import { MAX_IMAGE_PIXELS, readImageHeaderFrom } from '../models/image/header.ts';
import type { Pixels } from '../models/image/preprocess.ts';

/**
 * A picture decoded in Node as the engine's Worker decodes it: the header judged first, colours as they are stored (no ICC
 * conversion), orientation applied, the first frame of an animation.
 * @returns RGBA, alpha not premultiplied
 * @throws ImageError; `image-broken` where the header is fine and the decoder fails
 */
export async function decodeImage(name: string, bytes: Uint8Array): Promise<Pixels> {
  const { format } = await readImageHeaderFrom(new MemorySource(name, bytes));
  // libvips as sharp ships it has no BMP reader; browsers have.
  if (format === 'bmp')
    throw new ImageError(
      'image-unsupported',
      `${name}: the command line can't decode BMP. Convert it to PNG, or open it in the app.`,
    );
  try {
    const { data, info } = await sharp(bytes, {
      ignoreIcc: true,
      autoOrient: true,
      limitInputPixels: MAX_IMAGE_PIXELS,
      // A warning (an odd resolution tag, say) is no reason to refuse a picture; truncation and decoding errors are.
      failOn: 'error',
    })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { data, width: info.width, height: info.height };
  } catch (error) {
    // libvips repeats itself on many lines; a warning more is none of the user's concern.
    const [reason = ''] = reasonOf(error).split('\n');
    throw new ImageError(
      'image-broken',
      `${name}: could not be decoded (${printable(reason)}). The file is damaged; get it again.`,
      {
        cause: error,
      },
    );
  }
}
