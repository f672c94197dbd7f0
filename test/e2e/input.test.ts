import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

// 1000×700 or so, the object in its middle.
const DOG = fileAt(join(SAMPLES, 'dog-and-cat.jpg'));

let app: InspectApp;

beforeAll(async () => {
  await alone(ensureBuilt);
  app = await InspectApp.start({ device: 'wasm' }, false);
  await app.drop(DOG);
  await app.predictions().filter({ hasText: /^dog/ }).waitFor({ timeout: 120_000 });
});
afterAll(async () => app?.close());
afterEach(() => expect(app.complaints).toEqual([]));

const control = (): Locator => app.page.getByRole('button', { name: 'Input size', exact: true });
const grip = (): Locator => app.page.getByTestId('crop-grip');
const form = (name: string): Locator => app.page.getByRole('form', { name });

/** The grid of a stage's card changes only with an analysis at another size. @param text of stage 3: tokens → keys */
const stageShows = (text: string) => expect.poll(() => app.stage(3).textContent(), { timeout: 60_000 }).toContain(text);

/** All of it, with what the percentages round away. */
const answer = async () => {
  await app.predictions().nth(4).waitFor();
  return (await app.predictions().allTextContents()).join();
};

test('the list of sizes, opened by its key, says what each one takes', async () => {
  await app.page.keyboard.press('#');
  const presets = app.page.getByRole('list', { name: 'Sizes' }).getByRole('button');
  await expect.poll(() => presets.count()).toBe(3);
  const texts = await presets.allTextContents();
  for (const text of texts) expect(text).toMatch(/\d+×\d+[\d.]+\u202f(ms|s|min)\d+\u202fMB$/);
  expect(await presets.first().getAttribute('aria-pressed')).toBe('true');
});

test('a whole picture is run uncropped, on grids of its own shape', async () => {
  const whole = form('Whole picture, its own shape');
  await whole.getByLabel('Side in pixels').fill('224');
  await whole.getByText(/^320×224/).waitFor();
  await whole.getByLabel('Side in pixels').press('Enter');
  await stageShows('20×14');
  expect(await control().textContent()).toContain('320×224');
  expect(await grip().count()).toBe(0);
  expect(await app.predictions().first().textContent()).toMatch(/^dog/);
});

test('a size beyond the engine is refused with one that fits, and is not run', async () => {
  await control().click();
  const free = form('Free size');
  await free.getByLabel('Width in pixels').fill('4000');
  await free.getByLabel('Height in pixels').fill('3000');
  await free.getByText(/^4000×3000 would need about .*560 GB.* is the largest of this shape/).waitFor();
  expect(await free.getByRole('button', { name: /^Use \d{4}×\d{4}$/ }).count()).toBe(1);
  expect(await free.getByRole('button', { name: 'Run' }).count()).toBe(0);
  await free.getByLabel('Width in pixels').press('Enter');
  expect(await control().textContent()).toContain('320×224');
});

test('a free size crops the picture to its shape', async () => {
  const free = form('Free size');
  await free.getByLabel('Width in pixels').fill('160');
  await free.getByLabel('Height in pixels').fill('224');
  await free.getByRole('button', { name: 'Run' }).click();
  await stageShows('10×14');
  expect(await grip().getAttribute('aria-label')).toMatch(/^Crop: 50 % across\./);
});

test('a crop is moved by the pointer and by keys, and comes back to the centre', async () => {
  await control().click();
  await app.page.getByRole('button', { name: /^Checkpoint/ }).click();
  await stageShows('14²');
  const centred = await answer();

  const box = (await grip().boundingBox())!;
  await app.page.mouse.move(box.x + 8, box.y + 8);
  await app.page.mouse.down();
  await app.page.mouse.move(box.x - 300, box.y + 60, { steps: 4 });
  expect(await answer()).toBe(centred);
  await app.page.mouse.up();
  await expect.poll(() => grip().getAttribute('aria-label')).toMatch(/^Crop: 0 % across\./);
  await expect.poll(answer).not.toBe(centred);
  const left = await answer();
  // The picture itself did not move with it.
  expect(await app.page.locator('.zoom-controls').textContent()).toContain('100%');

  await grip().focus();
  await app.page.keyboard.press('ArrowRight');
  await expect.poll(() => grip().getAttribute('aria-label')).not.toMatch(/^Crop: 0 %/);
  await expect.poll(answer).not.toBe(left);

  await app.page.getByRole('button', { name: 'Centre', exact: true }).click();
  await expect.poll(() => grip().getAttribute('aria-label')).toMatch(/^Crop: 50 %/);
  await expect.poll(answer, { timeout: 20_000 }).toBe(centred);
});

test('the choice is remembered', async () => {
  await control().click();
  await form('Whole picture, its own shape').getByLabel('Side in pixels').fill('96');
  await form('Whole picture, its own shape').getByRole('button', { name: 'Run' }).click();
  await stageShows('9×6');
  await app.page.waitForTimeout(500);
  await app.restart();
  await app.drop(DOG);
  await stageShows('9×6');
  expect(await control().textContent()).toContain('whole picture');
});
