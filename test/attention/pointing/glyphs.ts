import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { CELL, GLYPH_LABELS, SHEET_COLUMNS } from './glyph-sheet.mjs';

/** A drawn object: [height, width, 4], colours premultiplied, all in 0–1. */
export interface Glyph {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly rgba: Float32Array;
}

/** Every glyph of the committed sheet. */
export async function readGlyphs(): Promise<readonly Glyph[]> {
  const file = new URL('glyphs.webp', import.meta.url);
  const { data, info } = await sharp(await readFile(file))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return GLYPH_LABELS.map((label, index) => {
    const left = (index % SHEET_COLUMNS) * CELL.width;
    const top = Math.floor(index / SHEET_COLUMNS) * CELL.height;
    const rgba = new Float32Array(CELL.width * CELL.height * 4);
    for (let y = 0; y < CELL.height; y++)
      for (let x = 0; x < CELL.width; x++) {
        const from = ((top + y) * info.width + left + x) * 4;
        const to = (y * CELL.width + x) * 4;
        const alpha = data[from + 3]! / 255;
        for (let channel = 0; channel < 3; channel++) rgba[to + channel] = (data[from + channel]! / 255) * alpha;
        rgba[to + 3] = alpha;
      }
    return { label, ...CELL, rgba };
  });
}
