/**
 * Takes the README's pictures of the app, as it is built now, with the sample pictures and the demo checkpoint: one of each
 * view into this folder, and ../screenshot.png.
 *
 *     node assets/views/take-pictures.mjs [NAME …]
 *
 * Needs a Chromium (see test/find-chromium.mjs). Look at what has changed before you commit it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { ROOT } from '../../electron/bootstrap/root.mjs';
import { findChromium } from '../../test/find-chromium.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {{ readonly left: number, readonly top: number, readonly right: number, readonly bottom: number }} Clip */
/** @typedef {{ readonly sample: string, readonly others?: readonly string[], readonly show: (page: Page) => Promise<void>, readonly clip: Clip | null }} Shot */

const WINDOW = { width: 1280, height: 800 };
/** As wide as the README shows a picture. */
const WIDEST = 800;
/** Of a picture of a view. */
const MOST_BYTES = 90_000;
const PATIENCE = { timeout: 120_000 };

/** Between tray and panel: picture, readout, stages. */
const CENTRE = { left: 168, top: 44, right: 960, bottom: 800 };
/** In a window so narrow that the picture beside the panel needs no shrinking, which would blur the panel's text. */
const NARROW = 980;
const PICTURE_AND_PANEL = { left: NARROW - WIDEST, top: 44, right: NARROW, bottom: 800 };

/** @type {Readonly<Record<string, Shot>>} */
const SHOTS = {
  cls: {
    sample: 'parrot.jpg',
    show: async (page) => {
      await press(page, '3', 'c');
      await shows(page, 'cls');
      await point(page, 0.44, 0.3);
    },
    clip: CENTRE,
  },
  query: {
    sample: 'dog-and-cat.jpg',
    show: async (page) => {
      await press(page, '2', 'q');
      for (const [x, y] of /** @type {const} */ ([
        [0.7, 0.64],
        [0.43, 0.28],
      ])) {
        await point(page, x, y);
        await page.mouse.down();
        await page.mouse.up();
      }
      await shows(page, 'row');
      await page.locator('.readout-pin').waitFor();
      await point(page, 0.5, 0.44);
    },
    clip: CENTRE,
  },
  rollout: {
    sample: 'giraffe-tall.jpg',
    show: async (page) => {
      await press(page, 'u', '3');
      await shows(page, 'rollout');
    },
    clip: CENTRE,
  },
  class: {
    sample: 'sunflower-and-bee.jpg',
    show: async (page) => {
      await press(page, 'x');
      await shows(page, 'attribution');
      const terms = page.getByTestId('attribution-bars');
      await terms.waitFor();
      await terms.scrollIntoViewIfNeeded();
    },
    clip: PICTURE_AND_PANEL,
  },
  projection: {
    sample: 'penguin.jpg',
    show: async (page) => {
      await press(page, '2', 'p');
      await shows(page, 'projection');
      await page.getByTestId('kernel-detail').waitFor();
      await page.getByTestId('projection-room').evaluate((room) => {
        const panel = room.closest('.panel');
        // scrollIntoView would move the whole window too.
        panel?.scrollBy(0, room.getBoundingClientRect().top - panel.getBoundingClientRect().top);
      });
    },
    clip: PICTURE_AND_PANEL,
  },
  faithfulness: {
    sample: 'octopus.jpg',
    show: async (page) => {
      await press(page, 'x');
      await shows(page, 'attribution');
      await page.getByRole('button', { name: 'Test this map' }).click();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      const result = page.getByTestId('faithfulness-result');
      await result.waitFor(PATIENCE);
      await result.scrollIntoViewIfNeeded();
    },
    clip: PICTURE_AND_PANEL,
  },
  atlas: {
    sample: 'fire-engine.jpg',
    show: async (page) => {
      await press(page, 'c', '3', 'a');
      const maps = page.getByRole('gridcell', { name: /entropy/ });
      await maps.first().waitFor(PATIENCE);
      await page.getByRole('gridcell', { name: /block 3, head 2/ }).hover();
    },
    clip: CENTRE,
  },
  screenshot: {
    sample: 'parrot.jpg',
    others: ['sailboat-wide.jpg', 'giraffe-tall.jpg', 'octopus.jpg', 'teapot-transparent.png', 'rocket.jpg'],
    show: async (page) => {
      await press(page, '3', 'c');
      await shows(page, 'cls');
      await point(page, 0.44, 0.3);
    },
    clip: null,
  },
};

const names = process.argv.slice(2);
for (const name of names)
  if (!SHOTS[name]) throw new Error(`${name}: no such picture. There are ${Object.keys(SHOTS).join(', ')}.`);
const executablePath = await findChromium();
if (!executablePath) throw new Error('No Chromium found. Install one, or name it in CHROME_PATH.');

const home = await mkdtemp(join(tmpdir(), 'cvt-lens-pictures-'));
await writeFile(join(home, 'settings.json'), JSON.stringify({ theme: 'dark', device: 'wasm' }));
await ensureBuilt();
const server = await startServer();
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
try {
  for (const [name, shot] of Object.entries(SHOTS))
    if (names.length === 0 || names.includes(name)) await take(name, shot);
} finally {
  await browser.close();
  await server.close();
  await rm(home, { recursive: true, force: true });
}

/**
 * @param {string} name
 * @param {Shot} shot
 */
async function take(name, { sample, others = [], show, clip }) {
  // A context of its own: what one picture left open or pinned is not in the next.
  const width = clip === PICTURE_AND_PANEL ? NARROW : WINDOW.width;
  const page = await browser.newPage({ viewport: { ...WINDOW, width }, colorScheme: 'dark', reducedMotion: 'reduce' });
  await page.goto(server.address);
  await choose(page, ...others, sample);
  await page.getByRole('complementary', { name: 'Pictures' }).getByRole('button', { name: sample }).first().click();
  await page.locator(`.picture-image[alt="${sample}"]`).waitFor(PATIENCE);
  await page.getByTestId('predictions').getByRole('listitem').nth(4).waitFor(PATIENCE);
  await page.locator('[data-testid="overlay"][data-view]').waitFor(PATIENCE);
  await show(page);
  // Studies of the stages that are not shown large follow at leisure.
  await page.waitForTimeout(600);
  const png = await page.screenshot();
  await page.close();
  const area = clip ?? { left: 0, top: 0, right: WINDOW.width, bottom: WINDOW.height };
  const cut = await sharp(png)
    .extract({ left: area.left, top: area.top, width: area.right - area.left, height: area.bottom - area.top })
    .png()
    .toBuffer();
  const file = clip ? `views/${name}.png` : `${name}.png`;
  const bytes = clip ? await fitted(cut) : await sharp(cut).png({ palette: true, colours: 256, effort: 10 }).toBuffer();
  await writeFile(new URL(`../${file}`, import.meta.url), bytes);
  console.log(`${file}: ${Math.round(bytes.length / 1000)} kB`);
}

/**
 * With as many colours as fit into MOST_BYTES.
 * @param {Buffer} png
 */
async function fitted(png) {
  // Dithering costs more bytes than colours do.
  for (const [colours, dither] of /** @type {const} */ ([
    [256, 0.5],
    [128, 0.5],
    [128, 0],
    [96, 0],
    [64, 0],
  ])) {
    const bytes = await sharp(png).png({ palette: true, colours, dither, effort: 10 }).toBuffer();
    if (bytes.length <= MOST_BYTES) return bytes;
  }
  throw new Error(`Does not fit into ${MOST_BYTES} bytes: cut away more of it.`);
}

/** The app's own server, in a process of its own. */
async function startServer() {
  const child = spawn(process.execPath, [join(ROOT, 'dist', 'node', 'serve.js'), '--no-open', '--port', '0'], {
    env: { ...process.env, CVT_LENS_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const address = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), ended]);
  if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}.`);
  return {
    address: String(address[0]).trim(),
    close: async () => {
      child.kill();
      await ended;
    },
  };
}

/**
 * Brings sample pictures by the button that asks for files.
 * @param {Page} page
 * @param {readonly string[]} samples
 */
async function choose(page, ...samples) {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page
      .getByRole('button', { name: /^Open pictures/ })
      .first()
      .click(PATIENCE),
  ]);
  await chooser.setFiles(samples.map((sample) => join(ROOT, 'assets', 'samples', sample)));
}

/**
 * @param {Page} page
 * @param {readonly string[]} keys
 */
async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}

/**
 * @param {Page} page
 * @param {string} map as in AttentionMap.view
 */
async function shows(page, map) {
  await page.locator(`[data-testid="overlay"][data-view="${map}"]`).waitFor(PATIENCE);
}

/**
 * Puts the pointer at a place of the picture's room, both 0–1.
 * @param {Page} page
 * @param {number} x
 * @param {number} y
 */
async function point(page, x, y) {
  const box = await page.locator('.picture').boundingBox();
  if (!box) throw new Error('No picture is shown.');
  await page.mouse.move(box.x + box.width * x, box.y + box.height * y);
}
