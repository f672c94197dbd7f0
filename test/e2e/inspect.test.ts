import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { colourCount, fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));
const OCTOPUS = fileAt(join(SAMPLES, 'octopus.jpg'));
const GIRAFFE = fileAt(join(SAMPLES, 'giraffe-tall.jpg'));
const TEXT = { name: 'notes.jpg', bytes: new TextEncoder().encode('Not a picture at all.') };
const EMPTY = { name: 'empty.png', bytes: new Uint8Array() };
const TRUNCATED = { name: 'broken.jpg', bytes: PARROT.bytes.subarray(0, 900) };

/** The class token's place among the queries. */
const CLS = '0';

/** PNG header of 20000×20000 pixels: 400 megapixels that must never be decoded. */
const HUGE = {
  name: 'huge.png',
  bytes: Uint8Array.from([
    137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 78, 32, 0, 0, 78, 32, 8, 2, 0, 0, 0, 0, 0, 0, 0,
  ]),
};

beforeAll(async () => {
  await alone(ensureBuilt);
});

describe.each([
  { device: 'wasm', webgpu: false, chip: /^CPU/ },
  { device: 'webgpu', webgpu: true, chip: /^WebGPU/ },
] as const)('Inspect on $device', ({ device, webgpu, chip }) => {
  let app: InspectApp;

  beforeAll(async () => {
    app = await InspectApp.start({ device }, webgpu);
  });
  afterAll(async () => app?.close());
  afterEach(() => {
    expect(app.complaints).toEqual([]);
  });

  test('a dropped sample is named rightly, on the chosen device', async () => {
    await app.drop(PARROT);
    await expect.poll(() => app.predictions().first().textContent(), { timeout: 120_000 }).toMatch(/^parrot/);
    expect(await app.predictions().count()).toBe(5);
    expect(await app.page.locator('.device-chip').textContent()).toMatch(chip);
    expect(await app.tile('parrot.jpg').getAttribute('aria-label')).toMatch(/^parrot\.jpg: parrot, \d+\.\d/);
  });

  test('the maps of all three stages are there and differ', async () => {
    await expect.poll(async () => colourCount(await app.mapPixels(3))).toBeGreaterThan(8);
    const maps = await Promise.all([1, 2, 3].map((stage) => app.mapPixels(stage)));
    for (const map of maps) expect(colourCount(map)).toBeGreaterThan(8);
    expect(new Set(maps.map((map) => map.join())).size).toBe(3);
  });

  test('a stage without a CLS token says that received stands in', async () => {
    await app.stage(1).click();
    await app.page.getByText('Stage 1 has no CLS token').waitFor();
    expect(await app.range().getAttribute('aria-label')).toMatch(/× uniform$/);
    await app.stage(3).click();
    await expect.poll(() => app.range().getAttribute('aria-label')).toMatch(/probability$/);
  });

  test('the row follows the pointer, a click pins it, Escape lets it go', async () => {
    await app.page.getByRole('radio', { name: 'Query', exact: true }).click();
    // The range's end is the row's largest weight: another row has another.
    const range = () => app.range().getAttribute('aria-label');
    const centre = await app.shownQueryAfter(CLS);
    await app.pointAt(0.4, 0.3);
    const first = await app.shownQueryAfter(centre);
    const firstRange = await range();
    expect(firstRange).toMatch(/^Colours from 0 to 0\.\d+, probability$/);
    await app.pointAt(0.6, 0.8);
    const second = await app.shownQueryAfter(first);
    expect(await range()).not.toBe(firstRange);

    await app.page.mouse.down();
    await app.page.mouse.up();
    await app.page.locator('.readout-pin').waitFor();
    const cell = await app.page.locator('.readout-cell').textContent();
    await app.pointAt(0.4, 0.3);
    await expect.poll(() => app.page.locator('.readout-cell').textContent()).not.toBe(cell);
    expect(await app.shownQuery()).toBe(second);
    await app.page.keyboard.press('Escape');
    expect(await app.shownQueryAfter(second)).toBe(first);
    expect(await range()).toBe(firstRange);
    await app.page.getByRole('radio', { name: 'CLS' }).click();
  });

  test.each([
    { view: 'CLS', map: 'cls', unit: 'probability' },
    { view: 'Received', map: 'received', unit: '× uniform' },
    { view: 'Query', map: 'row', unit: 'probability' },
    { view: 'Rollout', map: 'rollout', unit: '× uniform' },
    { view: 'Class', map: 'attribution', unit: 'logit' },
    { view: 'Projection', map: 'projection', unit: 'length' },
  ])('$view opens and answers the pointer', async ({ view, map, unit }) => {
    await app.page.getByRole('radio', { name: view, exact: true }).click();
    await expect.poll(() => app.shownView(), { timeout: 60_000 }).toBe(map);
    expect(await app.range().getAttribute('aria-label')).toMatch(new RegExp(`, ${unit}$`));
    await app.pointAt(0.36, 0.36);
    const places = app.page.locator('.readout-cell');
    await places.waitFor();
    const first = await places.textContent();
    await app.pointAt(0.62, 0.7);
    await expect.poll(() => places.textContent()).not.toBe(first);
    expect(await app.readValue()).toMatch(unit === 'logit' ? /^[+−]\d/ : /^\d/);
  });

  test('the parts of a logit sum to it, and to the difference of two', async () => {
    await app.page.getByRole('radio', { name: 'Class', exact: true }).click();
    const sum = app.page.getByTestId('attribution-sum');
    const numbers = async () =>
      ((await sum.textContent()) ?? '').match(/[+−]?\d+\.\d+/g)?.map((text) => Number(text.replace('−', '-'))) ?? [];
    await expect.poll(async () => (await numbers()).length, { timeout: 60_000 }).toBe(2);
    const [parts, logit] = await numbers();
    expect(Math.abs(parts! - logit!)).toBeLessThanOrEqual(1e-3);
    await app.page.keyboard.press('y');
    await app.page.getByText('difference of logits').waitFor({ timeout: 60_000 });
    const [differences, difference] = await numbers();
    expect(Math.abs(differences! - difference!)).toBeLessThanOrEqual(2e-3);
    expect(difference).not.toBe(logit);
    await app.page.getByRole('button', { name: 'Hold it against nothing' }).click();
  });

  test('a picture that is chosen while a study runs never shows the map of the one before', async () => {
    await app.page.getByRole('radio', { name: 'Rollout', exact: true }).click();
    await expect.poll(() => app.shownView(), { timeout: 60_000 }).toBe('rollout');
    const seen = await app.watchRuns();
    // Another way of spreading is another study; it is under way when the picture changes.
    await app.page.keyboard.press('w');
    await app.drop(GIRAFFE);
    await expect.poll(() => app.predictions().first().textContent(), { timeout: 120_000 }).toMatch(/^giraffe/);
    await expect.poll(() => app.shownView(), { timeout: 60_000 }).toBe('rollout');
    await app.page.keyboard.press('w');
    await app.tile('parrot.jpg').click();
    await expect.poll(() => app.shownView(), { timeout: 60_000 }).toBe('rollout');
    const picturesOf = new Map<string, Set<string>>();
    for (const { picture, run } of await seen()) picturesOf.set(run, (picturesOf.get(run) ?? new Set()).add(picture));
    expect(picturesOf.size).toBeGreaterThanOrEqual(2);
    for (const pictures of picturesOf.values()) expect(pictures.size).toBe(1);
    await app.page.getByRole('radio', { name: 'CLS' }).click();
  });

  test.each([
    { file: TRUNCATED, says: /broken\.jpg: / },
    { file: TEXT, says: /notes\.jpg: not a picture/ },
    { file: EMPTY, says: /empty\.png: the file is empty/ },
    { file: HUGE, says: /huge\.png: 20000×20000 pixels are 400\.0 MP/ },
  ])('$file.name gets its message and disturbs nothing else', async ({ file, says }) => {
    await app.drop(file);
    await app.page.getByRole('alert').getByText(says).waitFor({ timeout: 60_000 });
    expect(await app.tile(file.name).getAttribute('aria-label')).toMatch(says);
    expect(await app.tile('parrot.jpg').getAttribute('aria-label')).toMatch(/parrot, /);
  });

  test('a picture after the broken ones works', async () => {
    await app.drop(OCTOPUS);
    await expect.poll(() => app.predictions().first().textContent(), { timeout: 120_000 }).toMatch(/^octopus/);
    await expect.poll(async () => colourCount(await app.mapPixels(3))).toBeGreaterThan(8);
  });
});

describe('Inspect by keyboard', () => {
  let app: InspectApp;

  beforeAll(async () => {
    app = await InspectApp.start({ device: 'wasm' }, false);
    await app.page.getByRole('button', { name: 'parrot' }).click();
    await app.tile('parrot.jpg').waitFor();
    await app.drop(OCTOPUS);
    await app.predictions().first().filter({ hasText: 'octopus' }).waitFor({ timeout: 120_000 });
    await app.page.locator('.picture').focus();
  });
  afterAll(async () => app?.close());
  afterEach(() => {
    expect(app.complaints).toEqual([]);
  });

  test('digits choose the stage, brackets walk its blocks', async () => {
    await app.page.keyboard.press('2');
    expect(await app.stage(2).getAttribute('aria-pressed')).toBe('true');
    await app.page.keyboard.press('3');
    await app.page.keyboard.press('[');
    await app.page.keyboard.press('[');
    const block = app.page.getByRole('slider', { name: 'Block of stage 3' });
    expect(await block.getAttribute('aria-valuetext')).toBe('block 2 of 4');
    await app.page.keyboard.press(']');
    expect(await block.getAttribute('aria-valuetext')).toBe('block 3 of 4');
  });

  test('H walks the heads, and their maps differ', async () => {
    const mean = await app.mapPixels(3);
    await app.page.keyboard.press('h');
    expect(await app.page.getByRole('radio', { name: '1', exact: true }).getAttribute('aria-checked')).toBe('true');
    await expect.poll(async () => (await app.mapPixels(3)).join() === mean.join()).toBe(false);
    for (let press = 0; press < 4; press += 1) await app.page.keyboard.press('h');
    await expect.poll(async () => (await app.mapPixels(3)).join() === mean.join()).toBe(true);
  });

  test('O held shows the bare picture, tapped turns the overlay off and on', async () => {
    const overlay = app.page.getByTestId('overlay');
    const visible = app.page.getByRole('switch', { name: 'Overlay on the picture' });
    await app.page.keyboard.down('o');
    await app.page.waitForTimeout(400);
    expect(await overlay.getAttribute('data-peeking')).toBe('true');
    await app.page.keyboard.up('o');
    expect(await overlay.getAttribute('data-peeking')).toBeNull();
    expect(await visible.getAttribute('aria-checked')).toBe('true');
    await app.page.keyboard.press('o');
    expect(await visible.getAttribute('aria-checked')).toBe('false');
    await app.page.keyboard.press('o');
    expect(await visible.getAttribute('aria-checked')).toBe('true');
  });

  test('plus, minus and 0 zoom', async () => {
    const zoom = app.page.locator('.zoom-controls > span');
    await app.page.keyboard.press('+');
    expect(await zoom.textContent()).toBe('150%');
    await app.page.keyboard.press('-');
    expect(await zoom.textContent()).toBe('100%');
    await app.page.keyboard.press('+');
    await app.page.keyboard.press('+');
    await app.page.keyboard.press('0');
    expect(await zoom.textContent()).toBe('100%');
  });

  test('the arrows pin and move the query where the map is a pixel’s', async () => {
    await app.page.keyboard.press('m');
    await app.page.keyboard.press('m');
    expect(await app.page.getByRole('radio', { name: 'Query', exact: true }).getAttribute('aria-checked')).toBe('true');
    await app.page.keyboard.press('ArrowRight');
    await app.page.locator('.readout-pin').waitFor();
    const spoken = app.page.getByTestId('spoken-map');
    await expect
      .poll(() => spoken.textContent())
      .toMatch(/^What one query attends to\. Stage 3, block 3, mean of heads\./);
    const before = await spoken.textContent();
    for (let press = 0; press < 5; press += 1) await app.page.keyboard.press('ArrowDown');
    await expect.poll(() => spoken.textContent()).not.toBe(before);
    await app.page.keyboard.press('Escape');
    await app.page.keyboard.press('c');
  });

  test('every view has a letter, and the map says what it is', async () => {
    const spoken = app.page.getByTestId('spoken-map');
    for (const [key, says] of [
      ['r', /^Attention received\. Stage 3/],
      ['u', /^Attention rollout from the answer\. Down to the start of stage 3/],
      ['x', /^Attribution to octopus\. Stage 3, all blocks, sum of heads\./],
      ['p', /^Length of the tokens before/],
      ['c', /^CLS attention\. Stage 3/],
    ] as const) {
      await app.page.keyboard.press(key);
      await expect.poll(() => spoken.textContent(), { timeout: 60_000 }).toMatch(says);
    }
  });

  test('K keeps the colour bar as it is for other blocks, and lets go of it', async () => {
    const range = () => app.range().getAttribute('aria-label');
    const kept = await range();
    await app.page.keyboard.press('k');
    await app.page.keyboard.press('[');
    await app.page.getByText(/^Kept at 0 to /).waitFor();
    expect(await range()).toBe(kept);
    await app.page.keyboard.press('k');
    await expect.poll(range).not.toBe(kept);
    await app.page.keyboard.press(']');
  });

  test('A opens the atlas and closes it', async () => {
    await app.page.keyboard.press('a');
    await app.page.getByRole('region', { name: 'Atlas of stage 3' }).waitFor();
    await app.page.keyboard.press('a');
    await app.page.locator('.picture').waitFor();
    await app.page.locator('.picture').focus();
  });

  test('the arrows walk the tray, Delete removes, undo brings back', async () => {
    await app.tile('octopus.jpg').focus();
    await app.page.keyboard.press('ArrowLeft');
    await expect.poll(() => app.predictions().first().textContent()).toMatch(/^parrot/);
    await app.page.keyboard.press('Delete');
    await expect.poll(() => app.tile('parrot.jpg').count()).toBe(0);
    await app.page.keyboard.press('Control+z');
    await app.tile('parrot.jpg').waitFor();
    await expect.poll(() => app.predictions().first().textContent()).toMatch(/^parrot/);
  });

  test('the list of shortcuts and the palette open and close', async () => {
    await app.page.keyboard.press('?');
    await app.page.getByRole('dialog', { name: 'Keyboard and pointer' }).waitFor();
    await app.page.keyboard.press('Escape');
    await app.page.getByRole('dialog').waitFor({ state: 'detached' });
    await app.page.keyboard.press('Control+k');
    await app.page.getByRole('dialog', { name: 'Search everything' }).waitFor();
    await app.page.keyboard.type('teapot');
    await app.page.getByRole('option', { name: /class \d+/ }).click();
    expect(await app.predictions().first().textContent()).toMatch(/teapot/);
  });

  test('settings are remembered by the next start', async () => {
    await app.page.getByRole('button', { name: 'Settings and help' }).click();
    const written = app.page.waitForResponse((answer) => answer.request().method() === 'PUT');
    await app.page.getByRole('menuitemradio', { name: 'Dark' }).click();
    expect((await written).ok()).toBe(true);
    await app.load();
    expect(await app.page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark');
  });
});
