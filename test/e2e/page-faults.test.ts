import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

/** Bugs of the page itself: the app's own script is served with one in it, which shows while `broken` is set. */

const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));
const INPUT = { kind: 'square', side: 96 } as const;

beforeAll(async () => {
  await alone(ensureBuilt);
});

let app: InspectApp;
afterEach(() => app?.close());

/** Serves the app with an expression in the place of `words`, wherever its script says them. */
async function breakWhereItSays(words: string): Promise<void> {
  let places = 0;
  await app.page.route('**/assets/*.js', async (route) => {
    const response = await route.fetch();
    const bug = '(()=>{if(globalThis.broken)throw new Error("a bug in this part");return "still here"})()';
    const text = await response.text();
    const pieces = text.split(new RegExp(`["'\`]${words}["'\`]`));
    places += pieces.length - 1;
    await route.fulfill({ response, body: pieces.join(bug) });
  });
  await app.load();
  await expect.poll(() => places).toBeGreaterThan(0);
}

const setBroken = (broken: boolean) =>
  app.page.evaluate((value) => Object.assign(globalThis, { broken: value }), broken);
const screen = (name: string) => app.page.getByRole('button', { name, exact: true });
const failed = (name: string) => app.page.getByRole('alert').filter({ hasText: `${name} failed` });

test('a screen that fails leaves the others, says so, and comes back', async () => {
  app = await InspectApp.start({ device: 'wasm', input: INPUT }, false);
  await breakWhereItSays('New evaluation');
  await app.drop(PARROT);
  await expect.poll(() => app.predictions().first().textContent(), { timeout: 120_000 }).toMatch(/^parrot/);
  await setBroken(true);
  await screen('Evaluate').click();
  await failed('The evaluation').waitFor();
  // Beside it, and elsewhere, all goes on.
  await app.page.getByRole('complementary', { name: 'Evaluations' }).waitFor();
  await screen('Models').click();
  await app.page.getByRole('main', { name: 'Models' }).waitFor();
  await screen('Inspect').click();
  expect(await app.predictions().first().textContent()).toMatch(/^parrot/);
  await screen('Evaluate').click();
  await failed('The evaluation').locator('summary').click();
  expect(await failed('The evaluation').locator('pre').textContent()).toMatch(
    /in the evaluation\n.*a bug in this part[\s\S]*at /,
  );
  await failed('The evaluation').getByRole('button', { name: 'Try again' }).click();
  await failed('The evaluation').waitFor();
  await setBroken(false);
  await failed('The evaluation').getByRole('button', { name: 'Try again' }).click();
  await app.page.getByRole('heading', { name: 'still here' }).waitFor();
  expect(await failed('The evaluation').count()).toBe(0);
});

test('a panel that fails leaves picture and tray, and the next picture is shown in it', async () => {
  app = await InspectApp.start({ device: 'wasm', input: INPUT }, false);
  await breakWhereItSays('Predictions');
  await app.drop(PARROT);
  await expect.poll(() => app.predictions().first().textContent(), { timeout: 120_000 }).toMatch(/^parrot/);
  await setBroken(true);
  await app.drop(fileAt(join(SAMPLES, 'octopus.jpg')));
  await failed('The panel').waitFor({ timeout: 60_000 });
  await expect
    .poll(() => app.tile('octopus.jpg').getAttribute('aria-label'), { timeout: 60_000 })
    .toMatch(/octopus, \d/);
  await expect.poll(() => app.shownView()).not.toBeNull();
  await setBroken(false);
  await app.tile('parrot.jpg').click();
  await expect.poll(() => app.predictions().first().textContent(), { timeout: 60_000 }).toMatch(/^parrot/);
});

describe('what nobody catches', () => {
  test.each([
    ['a promise', (): void => void Promise.reject(new Error('a promise nobody waited for'))],
    [
      'a listener',
      (): void =>
        void setTimeout((): void => {
          throw new Error('a promise nobody waited for');
        }),
    ],
  ] as const)('of %s reaches a quiet notice with its details, once', async (_, fail) => {
    app = await InspectApp.start({ device: 'wasm', input: INPUT }, false);
    await app.page.evaluate(fail);
    const notice = app.page.getByRole('status').filter({ hasText: 'a promise nobody waited for' });
    await notice.waitFor();
    await app.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await notice.getByRole('button', { name: 'Copy details' }).click();
    const copied = await app.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/in the page\n.*a promise nobody waited for[\s\S]*at /);
    await app.page.evaluate(fail);
    await app.page.waitForTimeout(500);
    expect(await notice.count()).toBe(0);
  });
});
