import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Download } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { ROOT } from '../../electron/bootstrap/root.mjs';
import { stageGeometries } from '../../models/attention/geometry.ts';
import { parseSpec } from '../../models/cvt/spec.ts';
import { COLOR_STEPS, colorTable } from '../../models/drawing/color-maps.ts';
import { parseRecipe, type Recipe, writeRecipe } from '../../models/recipe/recipe.ts';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));
const DEMO_SPEC = parseSpec(JSON.parse(readFileSync(join(ROOT, 'models', 'demo', 'spec.json'), 'utf8')), 'the demo');
/** The demo's own input. */
const SIDE = 224;

let app: InspectApp;

beforeAll(async () => {
  await alone(ensureBuilt);
  app = await InspectApp.start({ device: 'wasm' }, false);
  await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});
afterAll(async () => app?.close());
afterEach(() => {
  expect(app.complaints).toEqual([]);
});

async function analysed(): Promise<void> {
  await expect.poll(() => app.predictions().count(), { timeout: 120_000 }).toBe(5);
  await app.page.locator('[data-testid="overlay"][data-view]').waitFor();
}

async function openMenu(): Promise<void> {
  if ((await menu().count()) === 0) await app.page.getByRole('button', { name: 'Export', exact: true }).click();
  await menu().waitFor();
}

const menu = () => app.page.getByRole('dialog', { name: 'Export' });

/** Presses a button of the menu and waits for what it saves. */
async function save(button: string): Promise<{ name: string; bytes: Buffer }> {
  await openMenu();
  const [download] = await Promise.all([
    app.page.waitForEvent('download') as Promise<Download>,
    menu().getByRole('button', { name: button }).click(),
  ]);
  const name = download.suggestedFilename();
  await menu().getByText(`Saved ${name}`).waitFor();
  const bytes = readFileSync(await download.path());
  await app.page.keyboard.press('Escape');
  await menu().waitFor({ state: 'detached' });
  return { name, bytes };
}

async function saveRecipe(): Promise<Recipe> {
  const { name, bytes } = await save('Save recipe');
  expect(name).toMatch(/\.recipe\.json$/);
  return parseRecipe(bytes.toString(), name);
}

const dropRecipe = (recipe: Recipe, name = 'view.recipe.json') =>
  app.drop({ name, bytes: new TextEncoder().encode(writeRecipe(recipe)) });

const recipeDialog = () => app.page.getByRole('dialog', { name: 'Open a recipe' });
const notice = () => app.page.locator('.notice');

describe('Export', () => {
  test('an exported array is the map on the screen, cell by cell', async () => {
    await app.drop(PARROT);
    await analysed();
    await app.page.getByRole('button', { name: /^Stage 3:/ }).click();
    const { name, bytes } = await save('Save array');
    expect(name).toBe('parrot.cls.stage3.block4.npy');
    const start = 10 + bytes.readUInt16LE(8);
    expect(bytes.subarray(0, start).toString('latin1')).toContain("'shape': (7, 7), ");
    const values = Array.from({ length: 49 }, (_, cell) => bytes.readFloatLE(start + cell * 4));
    expect(bytes.length).toBe(start + 49 * 4);

    const label = await app.range().getAttribute('aria-label');
    const largest = Math.max(...values);
    expect(label).toBe(`Colours from 0 to ${largest.toPrecision(3)}, probability`);

    // The stage's card draws the map opaque: every cell's colour is its value's step.
    const pixels = await app.mapPixels(3);
    const side = Math.sqrt(pixels.length / 4);
    const { rows, cols } = stageGeometries(DEMO_SPEC, SIDE, SIDE)[2]!.keys;
    const { rgb } = colorTable('inferno');
    const middle = (axis: typeof rows, cell: number) => {
      const { start: from, end } = axis.tile(cell);
      return Math.floor((((from + end) / 2) * side) / SIDE);
    };
    for (const [cell, value] of values.entries()) {
      const at = (middle(rows, Math.floor(cell / 7)) * side + middle(cols, cell % 7)) * 4;
      const step = Math.round((value / largest) * (COLOR_STEPS - 1));
      expect(pixels.slice(at, at + 4)).toEqual([...rgb.subarray(step * 3, step * 3 + 3), 255]);
    }
  });

  test('a PNG is the SVG at the scale that was chosen, and both say what they show', async () => {
    const svg = await save('Save SVG');
    expect(svg.name).toBe('parrot.cls.stage3.block4.svg');
    const text = svg.bytes.toString();
    expect(text).toContain('Attention of the class token');
    expect(text).toContain('parrot.jpg');
    const { width, height } = await sharp(svg.bytes, { unlimited: true }).metadata();

    await openMenu();
    await menu().getByRole('radio', { name: '1×' }).click();
    const once = await save('Save PNG');
    expect(once.name).toBe('parrot.cls.stage3.block4.png');
    expect(await sharp(once.bytes).metadata()).toMatchObject({ format: 'png', width, height });
    // Two renderers of one figure: the same but for type and the smoothing of the picture.
    const draw = (bytes: Buffer) => sharp(bytes, { unlimited: true }).flatten({ background: '#fff' }).raw().toBuffer();
    const [theirs, ours] = await Promise.all([draw(svg.bytes), draw(once.bytes)]);
    expect(ours.length).toBe(theirs.length);
    const apart = ours.reduce((sum, channel, at) => sum + Math.abs(channel - theirs[at]!), 0) / ours.length;
    expect(apart).toBeLessThan(4);

    await openMenu();
    await menu().getByRole('radio', { name: '3×' }).click();
    const thrice = await save('Save PNG');
    expect(await sharp(thrice.bytes).metadata()).toMatchObject({ width: width! * 3, height: height! * 3 });
  });

  test('a figure can be copied, and be the map alone', async () => {
    await openMenu();
    await menu().getByRole('radio', { name: '1×' }).click();
    await menu().getByRole('switch', { name: 'With the picture' }).click();
    await menu().getByRole('switch', { name: 'With bar and caption' }).click();
    await menu().getByRole('button', { name: 'Copy' }).first().click();
    await expect.poll(() => menu().getByRole('status').textContent()).toMatch(/^Copied the figure, 720×\d+ pixels/);
    const copied = await app.page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const blob = await item!.getType('image/png');
      return Array.from(new Uint8Array(await blob.arrayBuffer()));
    });
    expect(await sharp(Buffer.from(copied)).metadata()).toMatchObject({ format: 'png', width: 720 });
    await app.page.keyboard.press('Escape');
  });

  test('the choices are remembered', async () => {
    // Settings are written once they have come to rest.
    await expect
      .poll(() => JSON.parse(readFileSync(join(app.home, 'settings.json'), 'utf8')).figure, { timeout: 10_000 })
      .toEqual({ scale: 1, picture: false, caption: false });
    await app.load();
    await app.drop(PARROT);
    await analysed();
    await openMenu();
    expect(await menu().getByRole('radio', { name: '1×' }).getAttribute('aria-checked')).toBe('true');
    expect(await menu().getByRole('switch', { name: 'With the picture' }).isChecked()).toBe(false);
    await menu().getByRole('switch', { name: 'With the picture' }).click();
    await menu().getByRole('switch', { name: 'With bar and caption' }).click();
    await app.page.keyboard.press('Escape');
  });
});

describe('A recipe', () => {
  let recipe: Recipe;

  test('restores its view after a reload, and finds a sample picture by itself', async () => {
    await app.stage(2).click();
    await app.page.keyboard.press('q');
    await app.page.keyboard.press('[');
    await app.page.keyboard.press('h');
    await app.page.keyboard.press('s');
    await app.pointAt(0.45, 0.4);
    await expect.poll(() => app.shownView()).toBe('row');
    await app.page.mouse.down();
    await app.page.mouse.up();
    await app.page.locator('.readout-pin').waitFor();
    const query = await app.shownQuery();
    const range = await app.range().getAttribute('aria-label');
    const pixels = await app.mapPixels(2);
    recipe = await saveRecipe();
    expect(recipe.view).toMatchObject({ view: 'query', stage: 1, pins: [{ id: 1, color: 0 }], activePin: 1 });
    expect(recipe.picture).toMatchObject({ name: 'parrot.jpg', bytes: PARROT.bytes.length });
    expect(recipe.model.checkpoint.sha256).toMatch(/^[0-9a-f]{64}$/);

    await app.page.keyboard.press('s');
    await app.load();
    expect(await app.tile('parrot.jpg').count()).toBe(0);
    await dropRecipe(recipe);
    await analysed();
    await notice().getByText('view.recipe.json is opened.').waitFor();
    await expect.poll(() => app.shownQuery()).toBe(query);
    expect(await app.range().getAttribute('aria-label')).toBe(range);
    await expect.poll(() => app.mapPixels(2)).toEqual(pixels);
    expect(await app.page.locator('.readout-pin').count()).toBe(1);
    // The very same recipe comes out again.
    expect(await saveRecipe()).toEqual(recipe);
  });

  test('asks for its picture by name, and goes on when it has come', async () => {
    const bytes = await sharp(PARROT.bytes).resize(300).png().toBuffer();
    await app.drop({ name: 'mine.png', bytes });
    await analysed();
    await app.tile('mine.png').click();
    await expect.poll(() => app.shownView()).toBe('row');
    const own = await saveRecipe();
    expect(own.picture.name).toBe('mine.png');
    await app.load();
    await dropRecipe(own, 'own.json');
    await recipeDialog().getByText('mine.png').waitFor();
    await recipeDialog()
      .getByText(/^Not in the tray/)
      .waitFor();
    await recipeDialog().getByText('On this machine, with the very same checkpoint.').waitFor();

    // Another picture of that name is not it.
    await app.drop({ ...PARROT, name: 'mine.png' });
    await recipeDialog().getByText(`it has ${PARROT.bytes.length} bytes and the recipe’s ${bytes.length}`).waitFor();
    await app.drop({ name: 'renamed.png', bytes });
    await recipeDialog().waitFor({ state: 'detached' });
    await notice().getByText('own.json is opened.').waitFor();
    expect(await app.tile('renamed.png').getAttribute('aria-current')).toBe('true');
  });

  test('is opened on another picture if the user wants it so, and says that it is another', async () => {
    await app.load();
    const other: Recipe = { ...recipe, picture: { ...recipe.picture, name: 'mine.png', sha256: 'ab'.repeat(32) } };
    await app.drop({ ...PARROT, name: 'mine.png' });
    await dropRecipe(other);
    await recipeDialog()
      .getByText(/its SHA-256 begins with [0-9a-f]{12} and the recipe’s with abababababab/)
      .waitFor();
    await recipeDialog().getByRole('button', { name: 'Open anyway' }).click();
    await notice()
      .getByText(/mine\.png is not the recipe’s picture/)
      .waitFor();
    await analysed();
    await expect.poll(() => app.shownView()).toBe('row');
  });

  test('names the model that is not here, and what to do', async () => {
    const catalog: Recipe = { ...recipe, model: { ...recipe.model, id: 'cvt-13-224-1k', title: 'CvT-13' } };
    await dropRecipe({ ...catalog, model: { ...catalog.model, checkpoint: { bytes: 1, sha256: 'cd'.repeat(32) } } });
    await recipeDialog().getByText('cvt-13-224-1k is not on this machine.').waitFor();
    await recipeDialog()
      .getByRole('button', { name: /^Download/ })
      .waitFor();
    await recipeDialog().getByRole('button', { name: 'Cancel' }).click();
    const unknown = { ...catalog.model, id: 'imported:gone', checkpoint: { bytes: 77, sha256: 'cd'.repeat(32) } };
    await dropRecipe({ ...catalog, model: unknown });
    await recipeDialog()
      .getByText(/Import the checkpoint it was made with \(77 bytes, SHA-256 cdcdcdcdcdcd…\)/)
      .waitFor();
    expect(await recipeDialog().getByRole('button', { name: 'Open anyway' }).count()).toBe(0);
    await recipeDialog().getByRole('button', { name: 'Cancel' }).click();
    await recipeDialog().waitFor({ state: 'detached' });
  });

  test('that is malformed names the key', async () => {
    const text = writeRecipe(recipe).replace('"view": "query"', '"view": "quest"');
    await app.drop({ name: 'bad.json', bytes: new TextEncoder().encode(text) });
    await notice()
      .getByText(/^bad\.json: view\.view: /)
      .waitFor();
    expect(await app.shownView()).toBe('row');
  });
});
