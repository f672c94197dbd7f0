import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { ROOT } from '../../electron/bootstrap/root.mjs';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import { InspectApp } from './inspect-page.ts';

let app: InspectApp;
let page: Page;

beforeAll(async () => {
  await alone(ensureBuilt);
  app = await InspectApp.start({ device: 'wasm' }, false);
  page = app.page;
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
});
afterAll(async () => app?.close());
afterEach(async () => {
  expect(app.complaints).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
});

const about = () => page.getByRole('dialog', { name: 'About CvT Lens' });
const settings = () => page.getByRole('button', { name: 'Settings and help' });

/** Opens About with the keyboard alone. */
async function openAbout(): Promise<void> {
  await settings().focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: 'About CvT Lens' }).press('Enter');
  await about().waitFor();
}

async function copied(): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

test('About says the versions, the runtime and the licence, and Escape leads back', async () => {
  await openAbout();
  const text = (await about().textContent()) ?? '';
  expect(text).toContain('CvT Lens 0.1.0');
  for (const part of ['served to a browser', 'Chromium', 'onnxruntime-web 1.30', 'MIT']) expect(text).toContain(part);
  await page.keyboard.press('Escape');
  await about().waitFor({ state: 'detached' });
});

test('its links open the named pages in the browser and nothing else', async () => {
  await openAbout();
  await page.evaluate(() => {
    Object.assign(window, { opened: [] });
    window.open = (url) => {
      (window as unknown as { opened: unknown[] }).opened.push(url);
      return null;
    };
  });
  for (const name of ['Website and source', 'Is there a new version?', 'The CvT paper', 'The official code'])
    await about().getByRole('button', { name }).click();
  expect(await page.evaluate(() => (window as unknown as { opened: unknown[] }).opened)).toEqual([
    EXTERNAL_LINKS.website,
    EXTERNAL_LINKS.releases,
    EXTERNAL_LINKS.paper,
    EXTERNAL_LINKS.officialCode,
  ]);
});

test('the licences of all parts are listed, searched and read', async () => {
  await openAbout();
  await about().getByRole('button', { name: 'Licences of all parts' }).click();
  const dialog = page.getByRole('dialog', { name: 'Licences of all parts' });
  await dialog.locator('summary', { hasText: 'onnxruntime-web' }).waitFor();
  await dialog.getByLabel('Search by name or licence').fill('react-dom mit');
  const parts = dialog.locator('summary');
  await expect
    .poll(() => parts.allTextContents())
    .toEqual(expect.arrayContaining([expect.stringMatching(/^react-dom/)]));
  await parts.filter({ hasText: /^react-dom/ }).click();
  expect(await dialog.locator('pre').textContent()).toMatch(/Permission is hereby granted/);
  await dialog.getByLabel('Search by name or licence').fill('no such part');
  await dialog.getByText('No part by that name or licence.').waitFor();
});

test('the diagnostics are copied: versions, machine, engine and the log, without folders', async () => {
  // A fault of this window, with a folder in it.
  await page.evaluate(() => {
    setTimeout(() => Promise.reject(new Error('/home/ann/Pictures/cat.jpg is broken')));
  });
  await expect.poll(() => readdirSync(join(app.home, 'logs')).length, { timeout: 20_000 }).toBeGreaterThan(0);
  await openAbout();
  await about().getByRole('button', { name: 'Copy diagnostics' }).click();
  await about().getByText('On the clipboard').waitFor();
  const text = await copied();
  for (const part of ['CvT Lens 0.1.0', '## Machine', '## Engine', 'Runs on: wasm', 'cat.jpg is broken', '## Log'])
    expect(text).toContain(part);
  for (const part of ['/home/ann', ROOT, app.home, 'token=']) expect(text).not.toContain(part);
  // The fault is expected here, and only that one.
  app.complaints.splice(0, app.complaints.length, ...app.complaints.filter((text) => !text.includes('cat.jpg')));
});

test('where the clipboard is not to be had, the diagnostics are offered as a file', async () => {
  await openAbout();
  await page.evaluate(() => {
    Object.defineProperty(navigator.clipboard, 'write', {
      configurable: true,
      value: () => Promise.reject(new Error('not allowed')),
    });
  });
  await about().getByRole('button', { name: 'Copy diagnostics' }).click();
  await about().getByText('The clipboard was not given to this page (not allowed)').waitFor();
  const download = page.waitForEvent('download');
  await about().getByRole('button', { name: 'Save as a file' }).click();
  expect((await download).suggestedFilename()).toBe('cvt-lens-diagnostics.txt');
  await page.evaluate(() => Reflect.deleteProperty(navigator.clipboard, 'write'));
});

test('the palette has the same actions, and says what came of them', async () => {
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog', { name: 'Search everything' }).waitFor();
  await page.keyboard.type('copy diagnostics');
  await page.keyboard.press('Enter');
  await page.getByText('Diagnostics are on the clipboard, without folders.').waitFor();
  expect(await copied()).toContain('## Machine');
});
