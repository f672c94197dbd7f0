import sharp from 'sharp';
import type { EncodePng, Figure } from '../../models/drawing/figure-svg.ts';
import { PICTURE_SIDE } from '../../models/drawing/figure-svg.ts';
import type { Pixels } from '../../models/image/preprocess.ts';

/** At which sharp draws one pixel a pixel of an SVG. */
const SVG_DENSITY = 72;

/** A decoded picture as a data URL, over white as the network sees it, no larger than a figure can show. */
export async function pictureUrl({ data, width, height }: Pixels, scale: number): Promise<string> {
  const side = PICTURE_SIDE * scale;
  const png = await sharp(data, { raw: { width, height, channels: 4 } })
    .flatten({ background: '#ffffff' })
    .resize({ width: side, height: side, fit: 'inside', withoutEnlargement: true })
    .png()
    .toBuffer();
  return dataUrl(png);
}

export const encodePng: EncodePng = async ({ data, width, height }) =>
  dataUrl(
    await sharp(Buffer.from(data.buffer), { raw: { width, height, channels: 4 } })
      .png()
      .toBuffer(),
  );

/** A figure as PNG, `scale` pixels a pixel. */
export async function figurePng({ svg }: Figure, scale: number): Promise<Uint8Array> {
  // `unlimited`: an embedded picture is longer than what the XML reader takes from strangers.
  return sharp(Buffer.from(svg), { density: SVG_DENSITY * scale, unlimited: true })
    .png()
    .toBuffer();
}

function dataUrl(png: Buffer): string {
  return `data:image/png;base64,${png.toString('base64')}`;
}
