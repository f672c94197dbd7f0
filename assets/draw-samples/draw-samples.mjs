/**
 * Draws the sample pictures of scenes.mjs into assets/samples/, which holds nothing else, and lists them in samples.json
 * beside it:
 *
 *     node assets/draw-samples/draw-samples.mjs
 *
 * Needs a Chromium (see test/find-chromium.mjs) and Noto Color Emoji, the font of the demo checkpoint's training pictures (Debian: apt install
 * fonts-noto-color-emoji; version 2.042 drew the committed files).
 */
import { readFile, writeFile } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import { findChromium } from '../../test/find-chromium.mjs';
import { drawInPage } from './draw-in-page.mjs';
import { SCENES } from './scenes.mjs';

const HERE = new URL('./', import.meta.url);
const SAMPLES = new URL('../samples/', HERE);

/** @type {Readonly<Record<string, string>>} */
const glyphs = JSON.parse(await readFile(new URL('../../models/demo/glyphs.json', HERE), 'utf8'));
const executablePath = await findChromium();
if (!executablePath) throw new Error('No Chromium found. Install one, or name it in CVT_LENS_CHROMIUM.');

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  for (const scene of SCENES) {
    const url = await page.evaluate(drawInPage, { scene, glyphs });
    const bytes = Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
    await writeFile(new URL(scene.file, SAMPLES), bytes);
    console.log(`${scene.file}: ${scene.width}×${scene.height}, ${(bytes.length / 1000).toFixed(0)} kB`);
  }
} finally {
  await browser.close();
}
const list = SCENES.map(
  ({ file, label }) =>
    `  ${JSON.stringify({ file, label }).replaceAll('":', '": ').replace('{', '{ ').replace(',"', ', "').replace('}', ' }')}`,
);
await writeFile(new URL('../samples.json', HERE), `[\n${list.join(',\n')}\n]\n`);
