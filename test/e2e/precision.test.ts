import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

const PATIENCE = { timeout: 120_000 };

let app: InspectApp;
const badge = () => app.page.locator('.device-chip');
const menu = () => app.page.getByRole('radiogroup', { name: 'Compute in' });
const show = (screen: 'Inspect' | 'Compare' | 'Models') =>
  app.page.getByRole('button', { name: screen, exact: true }).click();
const likeliest = () => app.predictions().first().textContent();

/** Chooses how the device computes, and waits until the badge says so. */
async function choose(name: RegExp, shown: RegExp): Promise<void> {
  await badge().click();
  await menu().getByRole('radio', { name }).click();
  await app.page.keyboard.press('Escape');
  await badge().filter({ hasText: shown }).waitFor(PATIENCE);
}

beforeAll(async () => {
  await alone(ensureBuilt);
  app = await InspectApp.start({ device: 'wasm', input: { kind: 'square', side: 96 } }, false);
  await app.drop(fileAt(join(SAMPLES, 'parrot.jpg')));
  await app.range().waitFor(PATIENCE);
});
afterAll(() => app?.close());

it('is the published one until the user chooses another', async () => {
  expect(await badge().textContent()).toMatch(/^CPU · \d+ threads?$/);
  await badge().click();
  expect(await menu().getByRole('radio', { name: '32-bit' }).getAttribute('aria-checked')).toBe('true');
  await app.page.keyboard.press('Escape');
});

it('8-bit runs the picture again; badge, latency and readout say what ran', async () => {
  const before = await likeliest();
  await choose(/8-bit/, /8-bit/);
  await app.page.locator('.latency-head', { hasText: '8-bit' }).waitFor(PATIENCE);
  await app.page.locator('.readout', { hasText: '8-bit integer' }).waitFor(PATIENCE);
  const after = await likeliest();
  // The same class, and not the same number.
  expect(after?.replace(/[\d.,\s%]+/g, '')).toBe(before?.replace(/[\d.,\s%]+/g, ''));
});

it('what came of converting is listed with its size, and can be cleared', async () => {
  await show('Models');
  const panel = app.page.getByRole('region', { name: 'Converted weights' });
  await panel.waitFor(PATIENCE);
  expect(await panel.textContent()).toMatch(/int8.*MB/);
  await panel.getByRole('button', { name: 'Clear' }).click();
  await panel.waitFor({ state: 'detached', ...PATIENCE });
  await show('Inspect');
});

it('is remembered, and answers of one precision are not shown for another’s', async () => {
  await app.load();
  await badge().filter({ hasText: '8-bit' }).waitFor(PATIENCE);
  await app.drop(fileAt(join(SAMPLES, 'parrot.jpg')));
  await app.page.locator('.latency-head', { hasText: '8-bit' }).waitFor(PATIENCE);
  await choose(/32-bit/, /threads?$/);
  await app.page.locator('.latency-head').filter({ hasNotText: '8-bit' }).waitFor(PATIENCE);
});

it('Compare holds two precisions of one checkpoint against each other, number by number', async () => {
  await show('Compare');
  const column = (letter: string) => app.page.locator(`.compare-column[data-column="${letter}"]`);
  await column('B').waitFor(PATIENCE);
  await column('B').getByRole('combobox', { name: 'Input of column B' }).click();
  await app.page.getByRole('option', { name: /own/ }).click();
  await column('B').getByRole('combobox', { name: 'Precision of column B' }).click();
  await app.page.getByRole('option', { name: '8-bit' }).click();
  await app.page.waitForFunction(
    () => {
      const columns = [...document.querySelectorAll<HTMLElement>('.compare-column')];
      return columns.length === 2 && columns.every(({ dataset }) => dataset.state === 'done');
    },
    undefined,
    PATIENCE,
  );
  const error = app.page.getByText('Logits ±');
  await error.first().waitFor(PATIENCE);
});

it('no script failed, and nothing broke the content security policy', () => {
  expect(app.complaints).toEqual([]);
});
