import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));
const OCTOPUS = fileAt(join(SAMPLES, 'octopus.jpg'));

/** Long enough for a study on a busy machine. */
const PATIENCE = { timeout: 120_000 };

let app: InspectApp;

beforeAll(async () => {
  await alone(ensureBuilt);
  app = await InspectApp.start({ device: 'wasm' }, false);
  await app.drop(OCTOPUS);
  await app.tile('octopus.jpg').waitFor();
  await app.drop(PARROT);
  await app.predictions().first().filter({ hasText: 'parrot' }).waitFor(PATIENCE);
});
afterAll(async () => app?.close());
afterEach(() => {
  expect(app.complaints).toEqual([]);
});

const radio = (name: string): Locator => app.page.getByRole('radio', { name, exact: true });
/** What is drawn, short enough to be compared and shown. */
const digest = (pixels: readonly number[]) => createHash('sha256').update(Uint8Array.from(pixels)).digest('hex');
const drawn = async () => digest(await app.mapPixels(3));
const press = (key: string) => app.page.keyboard.press(key);

describe('the atlas', () => {
  const grid = (): Locator => app.page.getByRole('grid');
  const names = () =>
    grid()
      .getByRole('gridcell')
      .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('aria-label') ?? ''));
  const numbers = async (what: 'entropy' | 'distance') =>
    (await names()).map((name) => Number(new RegExp(`${what} ([\\d.]+)`).exec(name)?.[1]));
  const focused = () => app.page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
  /** What is drawn of all maps, as a digest; a screenful of bytes would take long to come over. */
  const sheet = () =>
    app.page.getByTestId('atlas-maps').evaluate(async (canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set(new Uint32Array(data.buffer));
      const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', data));
      return { digest: bytes.join(), colours: colours.size };
    });

  test('opens by its key: every head of every block, named and drawn', async () => {
    await press('a');
    await grid().waitFor(PATIENCE);
    await expect.poll(async () => (await names())[15], PATIENCE).toMatch(/^stage 3, block 4, head 4, entropy [\d.]+/);
    expect(await names()).toHaveLength(16);
    expect(await app.page.getByRole('columnheader').count()).toBe(4);
    expect(await app.page.getByRole('rowheader').count()).toBe(4);
    expect((await sheet()).colours).toBeGreaterThan(24);
    expect(await app.range().getAttribute('aria-label')).toMatch(/probability$/);
  });

  test('is sorted by entropy and by distance', async () => {
    const byBlock = await sheet();
    await radio('entropy').click();
    const entropies = await numbers('entropy');
    expect(entropies).toEqual([...entropies].sort((a, b) => a - b));
    expect(await sheet()).not.toEqual(byBlock);
    await radio('distance').click();
    const distances = await numbers('distance');
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    await radio('block').click();
    expect(await sheet()).toEqual(byBlock);
  });

  test('reads out the map under the pointer', async () => {
    await grid()
      .getByRole('gridcell', { name: /block 2, head 3/ })
      .hover();
    const readout = app.page.getByTestId('atlas-readout');
    await readout.getByText('block 2, head 3').waitFor();
    expect(await readout.textContent()).toMatch(/max [\d.]+.*entropy [\d.]+.*distance \d+/);
  });

  test('is walked by arrow keys, and Enter enlarges', async () => {
    await grid()
      .getByRole('gridcell', { name: /block 1, head 1/ })
      .focus();
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowLeft', 'ArrowDown', 'End', 'ArrowRight']) await press(key);
    expect(await focused()).toMatch(/block 3, head 4/);
    // The tray, which the arrows belong to elsewhere, stands still.
    expect(await app.tile('parrot.jpg').getAttribute('aria-current')).toBe('true');
    await press('Enter');
    await app.page.locator('.picture').waitFor();
    await expect.poll(() => radio('4').getAttribute('aria-checked')).toBe('true');
    // The head's row is another question to the engine.
    await expect.poll(() => app.stage(3).getAttribute('aria-label'), PATIENCE).toMatch(/head 4 of 4/);
    await app.page.getByText('block 3/4').waitFor();
  });

  test('goes back to where it was by its key, and a click enlarges', async () => {
    await press('a');
    await expect.poll(focused).toMatch(/block 3, head 4/);
    await grid()
      .getByRole('gridcell', { name: /block 4, head 2/ })
      .click();
    await app.page.locator('.picture').waitFor();
    await expect.poll(() => radio('2').getAttribute('aria-checked')).toBe('true');
    await app.page.getByText('block 4/4').waitFor();
    await radio('mean').click();
  });

  test('follows the stage and the view, and says where a view has no heads', async () => {
    await press('a');
    await press('2');
    await expect.poll(async () => (await names()).length, PATIENCE).toBe(2);
    await app.page.getByRole('heading', { name: 'Attention received' }).waitFor();
    await radio('Rollout').click();
    await app.page.getByText('it has no maps by head').waitFor();
    await radio('Class').click();
    await expect.poll(async () => (await names()).length, PATIENCE).toBe(16);
    await expect.poll(() => app.range().getAttribute('aria-label')).toMatch(/^Colours from −.* to \+.*, logit$/);
    await app.page.getByRole('button', { name: 'Close the atlas' }).click();
    await app.page.locator('.picture').waitFor();
    await radio('CLS').click();
  });
});

describe('the parts of a logit', () => {
  const bars = (): Locator => app.page.getByTestId('attribution-bars');
  const number = (text: string | null) => Number(text?.replace('−', '-').replace('+', ''));
  const sumAndLogit = async () =>
    (await app.page.getByTestId('attribution-sum').locator('strong').allTextContents()).map(number);
  const valuesOf = async (caption: RegExp) => {
    const table = bars().getByRole('table', { name: caption });
    return (await table.locator('.terms-value').allTextContents()).map(number);
  };
  const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
  const pick = (label: string) => app.predictions().getByRole('button', { name: label, exact: true });

  test('stand beside a class that is picked, and add up to its logit on the screen', async () => {
    await pick('parrot').click();
    await bars().waitFor(PATIENCE);
    const [sum, logit] = await sumAndLogit();
    expect(Math.abs(sum! - logit!)).toBeLessThanOrEqual(0.001);
    const blocks = await valuesOf(/by block/);
    const others = await valuesOf(/Not of a place/);
    expect(blocks).toHaveLength(4);
    // Each is rounded to a thousandth.
    expect(total([...blocks, ...others])).toBeCloseTo(sum!, 1);
    expect(Math.abs(total([...blocks, ...others]) - sum!)).toBeLessThan(0.006);
    expect(Math.abs(total(await valuesOf(/By head, all blocks/)) - total(blocks))).toBeLessThan(0.005);
  });

  test('of one block are those of its heads, and are what the map shows', async () => {
    const all = await drawn();
    const blocks = await valuesOf(/by block/);
    await bars().getByRole('button', { name: 'block 3' }).click();
    expect(Math.abs(total(await valuesOf(/By head, block 3/)) - blocks[2]!)).toBeLessThan(0.003);
    await expect.poll(drawn).not.toBe(all);
    await bars().getByRole('button', { name: 'head 4' }).click();
    expect(await app.stage(3).getAttribute('aria-label')).toMatch(/head 4/);
    await bars().getByRole('button', { name: 'head 4' }).click();
    await bars().getByRole('button', { name: 'block 3' }).click();
    await expect.poll(drawn).toBe(all);
  });

  test('of two classes are the difference of their logits', async () => {
    const [, parrot] = await sumAndLogit();
    const other = (await app.predictions().nth(1).locator('.class-pick-name').textContent()) ?? '';
    await pick(other).click();
    // While the other class is asked for, there is no number.
    const isAnother = (logit = Number.NaN) => Number.isFinite(logit) && logit !== parrot;
    await expect.poll(async () => isAnother((await sumAndLogit())[1]), PATIENCE).toBe(true);
    const [, second] = await sumAndLogit();
    await pick('parrot').click();
    await expect.poll(async () => (await sumAndLogit())[1], PATIENCE).toBe(parrot);
    await pick(other).click({ modifiers: ['Shift'] });
    await bars().getByText('difference of logits').waitFor(PATIENCE);
    const [sum, difference] = await sumAndLogit();
    expect(difference).toBeCloseTo(parrot! - second!, 2);
    expect(Math.abs(sum! - difference!)).toBeLessThanOrEqual(0.001);
    await app.page.getByRole('button', { name: `Hold against ${other}` }).click();
    await expect.poll(async () => (await sumAndLogit())[1], PATIENCE).toBe(parrot);
  });
});

describe('the convolutional projection', () => {
  const room = (): Locator => app.page.getByTestId('projection-room');

  test('shows the kernels and tokens of the block', async () => {
    await radio('Projection').click();
    await room().waitFor(PATIENCE);
    await room().getByText('stride 2, 14² → 7²').waitFor();
    expect(await room().getByRole('listbox').getAttribute('aria-label')).toBe('Kernels of q, 128 channels');
    expect(await app.page.getByTestId('kernel-detail').getByRole('cell').count()).toBe(27);
  });

  test('walks the kernels by key, the longest first', async () => {
    const active = () => room().getByRole('option').textContent();
    const norm = async () => Number(/norm ([\d.]+)/.exec((await active()) ?? '')?.[1]);
    const first = await norm();
    await room().getByRole('listbox').focus();
    await press('End');
    await expect.poll(norm).toBeLessThan(first);
    expect(await room().getByRole('option').getAttribute('aria-posinset')).toBe('128');
    await room().getByRole('radio', { name: 'channel', exact: true }).click();
    await room().getByRole('listbox').focus();
    await press('Home');
    await expect.poll(active).toMatch(/^channel 0,/);
  });

  test('lays the tokens that are chosen over the picture', async () => {
    const before = await drawn();
    await room()
      .getByRole('button', { name: /^Tokens k/ })
      .click();
    await expect.poll(drawn).not.toBe(before);
    const norms = await drawn();
    await radio('components').click();
    await room().getByText('Share of the variance').waitFor();
    await expect.poll(drawn).not.toBe(norms);
    await radio('length').click();
    await app.stage(1).click();
    await room().getByText('stride 2, 56² → 28²').waitFor(PATIENCE);
    await app.stage(3).click();
    await radio('CLS').click();
  });
});

describe('the test of a map', () => {
  const running = (): Locator => app.page.getByTestId('faithfulness-running');
  const result = (): Locator => app.page.getByTestId('faithfulness-result');
  const start = (): Locator => app.page.getByRole('button', { name: 'Test', exact: true });

  test('says what it will cost, is under way, and can be cancelled', async () => {
    await app.page.getByRole('button', { name: 'Test this map' }).click();
    await app.page.getByText(/122 runs, about/).waitFor();
    await start().click();
    await running()
      .getByText(/^Run \d+ of 122…$/)
      .waitFor(PATIENCE);
    await running().getByRole('button', { name: 'Cancel' }).click();
    await start().waitFor();
    expect(await result().count()).toBe(0);
  });

  test('ends in curves against chance and a sentence', async () => {
    await app.page.getByRole('radiogroup', { name: 'Steps' }).getByRole('radio', { name: '8' }).click();
    await app.page.getByRole('radiogroup', { name: 'Random orders' }).getByRole('radio', { name: '1' }).click();
    await app.page.getByText(/^30 runs, about/).waitFor();
    await start().click();
    await result().waitFor(PATIENCE);
    expect(await result().textContent()).toMatch(
      /Deleting by this map lowers parrot .* area 0\.\d+ against 0\.\d+; inserting by it raises it .* 0\.\d+ against 0\.\d+\./,
    );
    expect(
      await result()
        .getByRole('img', { name: /^Deletion: probability of parrot from 9\d\.\d/ })
        .count(),
    ).toBe(1);
    expect(
      await result()
        .getByRole('img', { name: /^Insertion: .* to 9\d\.\d/ })
        .count(),
    ).toBe(1);
  });

  test('belongs to its map and to no other, and goes with the picture', async () => {
    await radio('Received').click();
    await expect.poll(() => result().count()).toBe(0);
    await radio('CLS').click();
    await result().waitFor();
    await app.tile('octopus.jpg').click();
    await app.predictions().first().filter({ hasText: 'octopus' }).waitFor(PATIENCE);
    await start().waitFor();
    expect(await result().count()).toBe(0);
    await app.tile('parrot.jpg').click();
    await app.predictions().first().filter({ hasText: 'parrot' }).waitFor(PATIENCE);
    await start().waitFor();
    expect(await result().count()).toBe(0);
  });
});
