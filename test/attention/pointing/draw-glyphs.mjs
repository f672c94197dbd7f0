/**
 * Draws glyphs.webp, the sheet that the pointing test's scenes are composed from, so that the test itself needs neither
 * Chromium nor a font:
 *
 *     node test/attention/pointing/draw-glyphs.mjs
 *
 * Needs a Chromium and Noto Color Emoji (Debian: fonts-noto-color-emoji; version 2.042 drew the committed file). The sheet's
 * order is GLYPH_LABELS, 8 in a row; a cell is the font's own bitmap size, so nothing is resampled.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { findChromium } from '../../find-chromium.mjs';
import { CELL, GLYPH_LABELS, SHEET_COLUMNS } from './glyph-sheet.mjs';

const HERE = new URL('./', import.meta.url);
/** @type {Readonly<Record<string, string>>} */
const characters = JSON.parse(await readFile(new URL('../../../models/demo/glyphs.json', HERE), 'utf8'));
const executablePath = await findChromium();
if (!executablePath) throw new Error('No Chromium found. Install one, or name it in CVT_LENS_CHROMIUM.');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  const url = await page.evaluate(drawSheet, {
    glyphs: GLYPH_LABELS.map((label) => characters[label] ?? ''),
    columns: SHEET_COLUMNS,
    ...CELL,
  });
  const png = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
  const sheet = await sharp(png).webp({ quality: 92, alphaQuality: 100, effort: 6 }).toBuffer();
  await writeFile(new URL('glyphs.webp', HERE), sheet);
  console.log(`${GLYPH_LABELS.length} glyphs, ${(sheet.length / 1000).toFixed(0)} kB`);
} finally {
  await browser.close();
}

/** Runs inside Chromium. @param {{ glyphs: readonly string[], columns: number, width: number, height: number }} order */
async function drawSheet({ glyphs, columns, width, height }) {
  const canvas = new OffscreenCanvas(columns * width, Math.ceil(glyphs.length / columns) * height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('No 2D canvas.');
  // The em at which the font's 136 × 128 bitmaps are drawn pixel for pixel.
  context.font = '109px "Noto Color Emoji"';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const [index, glyph] of glyphs.entries()) {
    const box = context.measureText(glyph);
    const x = ((index % columns) + 0.5) * width;
    const y = (Math.floor(index / columns) + 0.5) * height;
    context.fillText(glyph, x, y + (box.actualBoundingBoxAscent - box.actualBoundingBoxDescent) / 2);
  }
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return `data:image/png;base64,${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}
