/** How a decoder must turn the stored pixels: EXIF 2.3, tag 0x0112. 1 is upright; 5 to 8 swap width and height. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

const ORIENTATION_TAG = 0x0112;
const TYPE_SHORT = 3;

/**
 * The orientation in an EXIF block (a TIFF header and its first directory). Decoders ignore a block they cannot follow, and so
 * does this: anything malformed is upright.
 * @param length bytes of the block, which starts at `start`
 */
export function exifOrientation(view: DataView, start: number, length: number): Orientation {
  const end = Math.min(start + length, view.byteLength);
  if (end - start < 8) return 1;
  const order = view.getUint16(start);
  if (order !== 0x4949 && order !== 0x4d4d) return 1;
  const little = order === 0x4949;
  const directory = start + view.getUint32(start + 4, little);
  if (directory + 2 > end) return 1;
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * 12;
    if (entry + 12 > end) return 1;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    if (view.getUint16(entry + 2, little) !== TYPE_SHORT) return 1;
    const value = view.getUint16(entry + 8, little);
    return isOrientation(value) ? value : 1;
  }
  return 1;
}

/** True where the picture as shown is as wide as the stored one is high. */
export function swapsSides(orientation: Orientation): boolean {
  return orientation >= 5;
}

function isOrientation(value: number): value is Orientation {
  return value >= 1 && value <= 8;
}
