import { matches } from '../ascii.ts';
import { exifOrientation, type Orientation } from '../exif.ts';
import { MalformedHeader, type ParsedHeader, UnsupportedImage } from './parsed-header.ts';

const EXIF_ID = 'Exif\0\0';
const PROGRESSIVE = 0xc2;
const START_OF_SCAN = 0xda;
/** Precision, height, width and the number of components, three bytes for each of which follow. */
const FRAME_BYTES = 6;

/** JPEG (ITU-T T.81, annex B): marker segments up to the frame header, which may lie behind megabytes of metadata. */
export function parseJpeg(view: DataView): ParsedHeader {
  let orientation: Orientation = 1;
  let at = 2;
  while (true) {
    if (view.getUint8(at) !== 0xff) throw new MalformedHeader('a JPEG marker is missing');
    while (view.getUint8(at + 1) === 0xff) at++; // fill bytes before a marker are legal
    const marker = view.getUint8(at + 1);
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd7)) {
      at += 2;
      continue;
    }
    if (marker === 0x00 || marker === 0xd8) throw new MalformedHeader('a JPEG marker is invalid');
    if (marker === 0xd9 || marker === 0xda) throw new MalformedHeader('the JPEG has no frame header');
    const length = view.getUint16(at + 2);
    if (length < 2) throw new MalformedHeader('a JPEG segment has no length');
    if (isFrame(marker)) return frame(view, marker, at + 4, orientation);
    if (marker === 0xe1 && matches(view, at + 4, EXIF_ID)) orientation = exifOrientation(view, at + 10, length - 8);
    at += 2 + length;
  }
}

/** SOF0 to SOF15, without DHT, JPG and DAC, which share their range. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function frame(view: DataView, marker: number, at: number, orientation: Orientation): ParsedHeader {
  const precision = view.getUint8(at);
  const height = view.getUint16(at + 1);
  const width = view.getUint16(at + 3);
  const components = view.getUint8(at + 5);
  if (marker > 0xc2) throw new UnsupportedImage(marker >= 0xc9 ? 'arithmetic-coded JPEG' : 'lossless or layered JPEG');
  if (precision !== 8) throw new UnsupportedImage(`JPEG with ${precision} bits per sample`);
  const severalScans = marker === PROGRESSIVE || !isOneScan(view, at + FRAME_BYTES + 3 * components, components);
  return { width, height, orientation, animated: false, severalScans };
}

/** Whether the first scan holds all components: decoders then read no other. False where the bytes at hand end before it. */
function isOneScan(view: DataView, start: number, components: number): boolean {
  for (let at = start; at + 5 <= view.byteLength; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint8(at) !== 0xff) return false;
    if (view.getUint8(at + 1) === START_OF_SCAN) return view.getUint8(at + 4) === components;
  }
  return false;
}
