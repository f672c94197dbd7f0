import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { arrange, drawSet } from '../evaluation/labelled-set.ts';
import { InspectApp } from './inspect-page.ts';

/** Enough pictures that a run can be met in its middle. */
const PER_SAMPLE = 8;
const PATIENCE = { timeout: 240_000 };

let root: string;
let app: InspectApp;
let count: number;

beforeAll(async () => {
  await alone(ensureBuilt);
  root = mkdtempSync(join(tmpdir(), 'cvt-two-windows-'));
  const drawn = await drawSet(join(root, 'drawn'), PER_SAMPLE, 5);
  count = drawn.length;
  await arrange(join(root, 'drawn'), drawn, join(root, 'set'), 'names');
  app = await InspectApp.start({ device: 'wasm' }, false);
}, 180_000);
afterAll(async () => {
  await app?.close();
  rmSync(root, { recursive: true, force: true });
});

const main = (page: Page) => page.getByRole('main', { name: 'Evaluate' });
const progress = (page: Page) => main(page).getByTestId('evaluation-progress');
const measured = async (page: Page) => Number(/^(\d+) of/.exec((await progress(page).textContent()) ?? '')?.[1] ?? 0);

async function chooseFolder(page: Page, button: string): Promise<void> {
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    main(page).getByRole('button', { name: button }).click(PATIENCE),
  ]);
  await chooser.setFiles(join(root, 'set'));
}

test('an evaluation that one window measures is followed in another, and goes on there when the first is gone', async () => {
  const first = app.page;
  await first.getByRole('button', { name: 'Evaluate', exact: true }).click();
  await chooseFolder(first, 'Choose a folder…');
  const demo = main(first).getByRole('checkbox', { name: 'CvT demo' });
  if (!(await demo.isChecked())) await demo.check();
  await main(first)
    .getByRole('button', { name: /^Measure \d/ })
    .click(PATIENCE);
  await expect.poll(() => measured(first), PATIENCE).toBeGreaterThan(2);

  const second = await first.context().newPage();
  await second.goto(first.url());
  await second.getByRole('button', { name: 'Evaluate', exact: true }).click(PATIENCE);
  await second
    .getByRole('complementary', { name: 'Evaluations' })
    .getByRole('button', { name: /^set/ })
    .click(PATIENCE);
  const elsewhere = main(second).getByText('Another window measures this just now');
  await elsewhere.waitFor(PATIENCE);
  expect(
    await main(second)
      .getByRole('button', { name: /^(Go on|Pause|Choose set)/ })
      .count(),
  ).toBe(0);
  await first.close();
  await elsewhere.waitFor({ state: 'detached', ...PATIENCE });
  await chooseFolder(second, 'Choose set…');
  await progress(second)
    .getByText(/from before/)
    .waitFor(PATIENCE);
  expect(Number(/(\d+) from before/.exec((await progress(second).textContent()) ?? '')?.[1])).toBeGreaterThan(2);

  // Cancelled, it is gone from the list; taken back, nothing of it is lost.
  await main(second).getByRole('button', { name: 'Cancel' }).click();
  await second.getByText('None yet.').waitFor();
  await second.getByRole('button', { name: 'Undo' }).click();
  await main(second).getByRole('button', { name: 'Go on' }).click(PATIENCE);
  await main(second).getByRole('region', { name: 'Accuracy' }).waitFor(PATIENCE);
  const answers = await second.evaluate(
    () =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open('cvt-lens-evaluations');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const counting = opening.result.transaction('answers').objectStore('answers').count();
          counting.onsuccess = () => resolve(counting.result);
          counting.onerror = () => reject(counting.error);
        };
      }),
  );
  expect(answers).toBe(count);
});
