import { ascii } from '../ascii.ts';
import { exifOrientation, type Orientation } from '../exif.ts';
import { MalformedHeader, type ParsedHeader } from './parsed-header.ts';

/** PNG, third edition (W3C): signature, IHDR, then chunks; acTL marks an animation, counts its frames and must come before the pixels. */
export function parsePng(view: DataView): ParsedHeader {
  if (ascii(view, 12, 4) !== 'IHDR' || view.getUint32(8) !== 13)
    throw new MalformedHeader('the first PNG chunk is not IHDR');
  const width = view.getUint32(16);
  const height = view.getUint32(20);
  let orientation: Orientation = 1;
  let frames: number | null = null;
  for (let at = 33; at + 8 <= view.byteLength; ) {
    const length = view.getUint32(at);
    const type = ascii(view, at + 4, 4);
    if (type === 'IDAT' || type === 'IEND')
      return { width, height, orientation, animated: frames !== null && frames > 1, frames: frames ?? 1 };
    if (type === 'acTL') frames = view.getUint32(at + 8);
    if (type === 'eXIf') orientation = exifOrientation(view, at + 8, length);
    at += 12 + length;
  }
  return { width, height, orientation, animated: frames !== null && frames > 1 ? true : null, frames };
}
