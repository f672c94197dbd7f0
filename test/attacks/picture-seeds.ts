import { animation, bmpHeader, gradient } from '../image/pictures.ts';
import { bytesOf } from './picture-parts.ts';

/** A small file of every kind that is opened, whose mutations the readers are given. */
export const SEEDS: Readonly<Record<string, () => Promise<Buffer>>> = {
  PNG: () => gradient(20, 10).withMetadata({ orientation: 6 }).png().toBuffer(),
  'interlaced PNG': () => gradient(20, 10).png({ progressive: true, palette: true }).toBuffer(),
  JPEG: () => gradient(20, 10).withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  'progressive JPEG': () => gradient(40, 30).jpeg({ progressive: true }).toBuffer(),
  WebP: () => gradient(20, 10).webp().toBuffer(),
  'lossless WebP': () => gradient(20, 10).webp({ lossless: true }).toBuffer(),
  'WebP with EXIF': () => gradient(20, 10).withMetadata({ orientation: 6 }).webp().toBuffer(),
  'animated WebP': () => animation().webp().toBuffer(),
  GIF: () => gradient(20, 10).gif().toBuffer(),
  'animated GIF': () => animation().gif().toBuffer(),
  AVIF: () => gradient(20, 10).avif().toBuffer(),
  bitmap: async () => bytesOf(bitmap(20, 10), Buffer.alloc(20 * 10 * 3, 0x55)),
};

/** A header that decoders take: one plane, 24 bits. */
function bitmap(width: number, height: number): Uint8Array {
  const bytes = bmpHeader(width, height);
  bytes.set([1, 0, 24, 0], 26);
  return bytes;
}
