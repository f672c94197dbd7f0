import { expect } from 'vitest';
import { fixtureBytes } from '../formats/sources.ts';
import type { InspectApp } from './inspect-page.ts';

const PATIENCE = { timeout: 120_000 };
/** Small networks in files of other kinds. */
const TINY = [
  ['official.safetensors', 'official-spec.json'],
  ['hf-model.safetensors', 'hf-config.json'],
  ['cvt-tensorflow.h5', 'official-spec.json'],
] as const;

/** Imports the small models, and answers the titles of all that can be switched between. */
export async function importTiny(app: InspectApp): Promise<readonly string[]> {
  const dialog = app.page.getByRole('dialog', { name: 'Import a model' });
  for (const files of TINY) {
    await app.drop(...files.map((name) => ({ name, bytes: fixtureBytes(name) })));
    await dialog.getByLabel('Name', { exact: true }).fill(titleOf(files[0]), PATIENCE);
    await dialog.getByRole('button', { name: 'Import and use' }).click(PATIENCE);
    await dialog.waitFor({ state: 'detached', ...PATIENCE });
    await isUp(app, titleOf(files[0]));
  }
  return ['CvT demo', ...TINY.map(([name]) => titleOf(name))];
}

/** Chooses one model after the other, each until the picture in front has its answer. */
export async function switchModels(app: InspectApp, titles: readonly string[], times: number): Promise<void> {
  for (let turn = 0; turn < times; turn++) {
    const title = titles[turn % titles.length]!;
    await chip(app).click();
    await app.page.locator('.picker-item', { hasText: title }).click(PATIENCE);
    await app.page.keyboard.press('Escape');
    await isUp(app, title);
  }
}

const titleOf = (file: string) => `Tiny ${file.split('.')[0]}`;
const chip = (app: InspectApp) => app.page.getByRole('button', { name: /^Model: / });

async function isUp(app: InspectApp, title: string): Promise<void> {
  await expect.poll(() => chip(app).textContent(), PATIENCE).toContain(title);
  await app.page.locator('.tile[data-status="done"]').waitFor(PATIENCE);
  await expect.poll(() => app.shownView(), PATIENCE).not.toBeNull();
}
