import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IconIcns, IconIco } from '@shockpkg/icon-encoder';
import sharp from 'sharp';

/**
 * `node assets/icons/draw-icons.mjs` draws all icons anew from the two SVG files: `png/` for Linux, icon.ico for Windows and
 * icon.icns for macOS, whose icons leave a margin around their tile.
 */
const FOLDER = import.meta.dirname;
const PNG_SIZES = [16, 24, 32, 48, 64, 96, 128, 256, 512, 1024];
const ICO_SIZES = [16, 24, 32, 48, 64, 128, 256];
/** Icon type → pixels, as Apple's iconutil writes them. ic11 to ic14 and ic10 are for displays with two pixels to a point. */
const ICNS_TYPES = /** @type {const} */ ([
  ['ic04', 16],
  ['ic05', 32],
  ['ic07', 128],
  ['ic08', 256],
  ['ic09', 512],
  ['ic10', 1024],
  ['ic11', 32],
  ['ic12', 64],
  ['ic13', 256],
  ['ic14', 512],
]);
/** Up to this size the drawing with larger parts is used. */
const SMALL_UP_TO = 32;
/** Of Apple's icon grid: the tile takes 824 of 1024 pixels, where icon.svg's takes 896. */
const MAC_SCALE = 824 / 896;

const large = await readFile(join(FOLDER, 'icon.svg'));
const small = await readFile(join(FOLDER, 'icon-small.svg'));

await mkdir(join(FOLDER, 'png'), { recursive: true });
for (const size of PNG_SIZES) await writeFile(join(FOLDER, 'png', `${size}.png`), await draw(size));

const ico = new IconIco();
for (const size of ICO_SIZES) await ico.addFromPng(await draw(size), null, true);
await writeFile(join(FOLDER, 'icon.ico'), ico.encode());

const icns = new IconIcns();
for (const [type, size] of ICNS_TYPES) await icns.addFromPng(await drawForMac(size), [type], true);
await writeFile(join(FOLDER, 'icon.icns'), icns.encode());

/** @param {number} size in pixels */
function draw(size) {
  // 72 dpi draws the 1024 units of the SVG at 1024 pixels; four times as many are drawn, and averaged.
  const source = size <= SMALL_UP_TO ? small : large;
  return sharp(source, { density: Math.min(2400, (72 * size * 4) / 1024) })
    .resize(size, size, { kernel: 'lanczos3' })
    .png({ compressionLevel: 9 })
    .toBuffer();
}

/** @param {number} size in pixels */
async function drawForMac(size) {
  // Too small for a margin.
  if (size <= SMALL_UP_TO) return draw(size);
  const inner = Math.round((size * MAC_SCALE) / 2) * 2;
  const margin = (size - inner) / 2;
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  return sharp(await draw(inner))
    .extend({ top: margin, bottom: margin, left: margin, right: margin, background })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
