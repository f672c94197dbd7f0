import { ascii } from '../ascii.ts';
import { MalformedHeader } from './parsed-header.ts';

/** A box of the ISO base media file format (ISO/IEC 14496-12): its four-letter type and where its content lies. */
export interface Box {
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** The boxes that begin between `start` and `end`; a box may reach beyond the bytes at hand. @throws MalformedHeader */
export function* boxes(view: DataView, start: number, end: number): Generator<Box> {
  for (let at = start; at + 8 <= end; ) {
    let size = view.getUint32(at);
    let header = 8;
    if (size === 1) {
      size = view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12);
      header = 16;
    } else if (size === 0) size = end - at;
    if (size < header) throw new MalformedHeader('a box is smaller than its own header');
    yield { type: ascii(view, at + 4, 4), start: at + header, end: at + size };
    at += size;
  }
}

/** The brands of the `ftyp` box a file begins with, the major one first; null where there is none. */
export function brands(view: DataView): readonly string[] | null {
  if (view.byteLength < 16 || ascii(view, 4, 4) !== 'ftyp') return null;
  const end = Math.min(view.getUint32(0), view.byteLength);
  const names = [ascii(view, 8, 4)];
  for (let at = 16; at + 4 <= end; at += 4) names.push(ascii(view, at, 4));
  return names;
}
