import { ascii, matches } from '../ascii.ts';
import { exifOrientation, type Orientation } from '../exif.ts';
import { MalformedHeader, type ParsedHeader } from './parsed-header.ts';

const FLAG_ANIMATION = 0x02;
const FLAG_EXIF = 0x08;

/** WebP container specification: one of VP8 (RFC 6386), VP8L or VP8X comes first. */
export function parseWebp(view: DataView): ParsedHeader {
  const chunk = ascii(view, 12, 4);
  const data = 20;
  if (chunk === 'VP8X') {
    const flags = view.getUint8(data);
    return {
      width: uint24(view, data + 4) + 1,
      height: uint24(view, data + 7) + 1,
      orientation: flags & FLAG_EXIF ? findExif(view) : 1,
      ...(flags & FLAG_ANIMATION ? { animated: true, frames: countFrames(view) } : { animated: false }),
    };
  }
  if (chunk === 'VP8L') {
    if (view.getUint8(data) !== 0x2f) throw new MalformedHeader('the lossless WebP signature is missing');
    const bits = view.getUint32(data + 1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, orientation: 1, animated: false };
  }
  if (chunk === 'VP8 ') {
    if (!matches(view, data + 3, '\x9d\x01\x2a')) throw new MalformedHeader('the WebP key frame is missing');
    const width = view.getUint16(data + 6, true) & 0x3fff;
    const height = view.getUint16(data + 8, true) & 0x3fff;
    return { width, height, orientation: 1, animated: false };
  }
  throw new MalformedHeader('the first WebP chunk is unknown');
}

/** Null where the bytes at hand end before the file. */
function countFrames(view: DataView): number | null {
  const end = view.getUint32(4, true) + 8;
  let frames = 0;
  let at = 12;
  for (; at + 8 <= Math.min(end, view.byteLength); ) {
    const length = view.getUint32(at + 4, true);
    if (ascii(view, at, 4) === 'ANMF') frames += 1;
    at += 8 + length + (length & 1);
  }
  return at >= end ? frames : null;
}

/** EXIF comes after the pixels; upright where the bytes at hand end before it. */
function findExif(view: DataView): Orientation {
  for (let at = 12; at + 8 <= view.byteLength; ) {
    const length = view.getUint32(at + 4, true);
    if (ascii(view, at, 4) === 'EXIF') {
      // Some writers keep JPEG's prefix in front of the TIFF header.
      const prefix = matches(view, at + 8, 'Exif\0\0') ? 6 : 0;
      return exifOrientation(view, at + 8 + prefix, length - prefix);
    }
    at += 8 + length + (length & 1);
  }
  return 1;
}

function uint24(view: DataView, offset: number): number {
  return view.getUint16(offset, true) | (view.getUint8(offset + 2) << 16);
}
