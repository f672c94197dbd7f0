import { matches } from '../ascii.ts';
import { MalformedHeader, type ParsedHeader } from './parsed-header.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;

/** GIF89a: the logical screen is the picture's size. */
export function parseGif(view: DataView): ParsedHeader {
  if (!matches(view, 0, 'GIF87a') && !matches(view, 0, 'GIF89a'))
    throw new MalformedHeader('the GIF version is unknown');
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  const flags = view.getUint8(10);
  view.getUint16(11); // the descriptor's last two bytes have to be there
  return { width, height, orientation: 1, ...countFrames(view, 13 + colourTableBytes(flags)) };
}

/** Whether there is a second image; how many there are is known where the bytes reach to the trailer. */
function countFrames(view: DataView, start: number): Required<Pick<ParsedHeader, 'animated' | 'frames'>> {
  let images = 0;
  let at = start;
  while (at < view.byteLength) {
    const block = view.getUint8(at);
    if (block === TRAILER) return { animated: images > 1, frames: Math.max(1, images) };
    if (block === EXTENSION) {
      at = afterSubBlocks(view, at + 2);
    } else if (block === IMAGE) {
      images += 1;
      if (at + 10 > view.byteLength) break;
      at = afterSubBlocks(view, at + 11 + colourTableBytes(view.getUint8(at + 9)));
    } else break;
  }
  return { animated: images > 1 ? true : null, frames: null };
}

function afterSubBlocks(view: DataView, start: number): number {
  let at = start;
  while (at < view.byteLength) {
    const length = view.getUint8(at);
    at += 1 + length;
    if (length === 0) break;
  }
  return at;
}

function colourTableBytes(flags: number): number {
  return flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
}
