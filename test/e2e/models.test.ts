import { mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { decodeImage } from '../../electron/decode-image.ts';
import { loadModel } from '../../electron/inference/load-model.ts';
import type { Activation } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import { OFFICIAL_224 } from '../../models/image/preprocessing.ts';
import { softmax } from '../../models/predictions.ts';
import { fixtureBytes } from '../formats/sources.ts';
import { bytesContent, paddedContent } from '../hub/contents.ts';
import { TestHub } from '../hub/hub-server.ts';
import { TINY, TINY_WEIGHTS } from '../hub/library-on-hub.ts';
import { type DroppedFile, fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));
const SPEC = 'official-spec.json';
const CONFIG = 'hf-config.json';
const FIRST = 'cvt-13-224-1k';

/** Long enough for a picture on a busy machine. */
const PATIENCE = { timeout: 120_000 };

let hub: TestHub;
let cache: string;
let app: InspectApp;
const before = { ...process.env };

beforeAll(async () => {
  await alone(ensureBuilt);
  hub = await TestHub.start();
  hub.put(TINY, 'config.json', bytesContent(fixtureBytes(CONFIG)), false);
  hub.put(TINY, 'model.safetensors', TINY_WEIGHTS);
  cache = mkdtempSync(join(tmpdir(), 'cvt-lens-hf-'));
  Object.assign(process.env, { HF_ENDPOINT: hub.endpoint, HF_HOME: cache });
  app = await InspectApp.start({ device: 'wasm' }, false);
});
afterAll(async () => {
  await app?.close();
  await hub?.stop();
  rmSync(cache, { recursive: true, force: true });
  for (const name of ['HF_ENDPOINT', 'HF_HOME'])
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
});
afterEach(() => {
  expect(app.complaints).toEqual([]);
});

const show = (screen: 'Inspect' | 'Models') => app.page.getByRole('button', { name: screen, exact: true }).click();
const row = (id: string): Locator => app.page.locator(`tr[data-model="${id}"]`);
const chip = (): Locator => app.page.getByRole('button', { name: /^Model: / });
const dialog = (): Locator => app.page.getByRole('dialog', { name: 'Import a model' });
const listed = async () => {
  await show('Models');
  return app.page.locator('tr[data-model]').evaluateAll((rows) => rows.map((each) => each.getAttribute('data-model')));
};
const fixtureFile = (name: string): DroppedFile => ({ name, bytes: fixtureBytes(name) });

/** Bytes in MB that a row says have arrived. */
const arrived = async (at: Locator) => Number(/([\d.]+) of/.exec((await at.textContent()) ?? '')?.[1] ?? Number.NaN);

/** A picture of ours has an answer of the model in use, which knows so many classes. */
async function expectClasses(count: number): Promise<void> {
  const predictions = app.page.getByRole('region', { name: 'Predictions' });
  await predictions.getByText(`top 5 of ${count}`).waitFor(PATIENCE);
  expect(await app.predictions().count()).toBe(5);
}

describe('a repository from the hub', () => {
  beforeAll(() => hub.failAlways('cdn', { kind: 'slow', chunk: 8_000, pauseMs: 60 }));

  const get = async () => {
    await app.page.getByLabel('A CvT repository on Hugging Face').fill(TINY);
    await app.page.keyboard.press('Enter');
    await expect.poll(() => arrived(row(TINY)), PATIENCE).toBeGreaterThan(0);
  };

  test('what is no repository is said to be none, and nothing is asked of the hub', async () => {
    await show('Models');
    const field = app.page.getByLabel('A CvT repository on Hugging Face');
    for (const text of ['cvt-13', 'a/b/c', 'someone/cvt tiny', 'someone/cvt@']) {
      await field.fill(text);
      await app.page.keyboard.press('Enter');
      await expect.poll(() => field.getAttribute('aria-invalid')).toBe('true');
    }
    expect(hub.seen).toEqual([]);
  });

  test('its download shows progress, and cancelling leaves nothing of it', async () => {
    await get();
    const bar = row(TINY).getByRole('progressbar');
    await expect.poll(async () => Number(await bar.getAttribute('aria-valuenow'))).toBeGreaterThan(0);
    await row(TINY)
      .getByRole('button', { name: /^Cancel/ })
      .click();
    await row(TINY).waitFor({ state: 'detached' });
  });

  test('paused, it goes on after a restart of the server from where it was', async () => {
    await get();
    await row(TINY)
      .getByRole('button', { name: /^Pause/ })
      .click();
    await row(TINY)
      .getByText(/^Paused, /)
      .waitFor();
    const had = await arrived(row(TINY));
    expect(had).toBeGreaterThan(0);
    await app.restart(() => hub.failAlways('cdn', null));
    await show('Models');
    await row(TINY)
      .getByText(/^Paused, /)
      .waitFor();
    expect(await arrived(row(TINY))).toBe(had);
    await row(TINY)
      .getByRole('button', { name: /^Resume/ })
      .click();
    await row(TINY).getByRole('button', { name: /^Use/ }).waitFor(PATIENCE);
    expect(hub.asked('cdn').at(-1)?.range).toMatch(/^bytes=[1-9]\d*-$/);
  });

  test('it is used on a picture, and by the next start', async () => {
    await row(TINY).getByRole('button', { name: /^Use/ }).click();
    await app.drop(PARROT);
    await expectClasses(10);
    expect(await chip().textContent()).toContain(TINY);
    // The choice is on disk before the page goes.
    await app.load();
    await expect.poll(() => chip().textContent()).toContain(TINY);
    await app.drop(PARROT);
    await expectClasses(10);
  });
});

test('a file that was cut behind the library’s back is not used, and is fetched again on the spot', async () => {
  await chip().click();
  await app.page.getByRole('button', { name: /^CvT demo/ }).click();
  await expectClasses(100);
  truncateSync(join(app.home, 'weights', 'models', 'someone--cvt-tiny', 'model.safetensors'), 1000);
  await chip().click();
  await app.page.getByRole('button', { name: new RegExp(`^${TINY}`) }).click();
  await app.page.keyboard.press('Escape');
  const card = app.page.locator('.picture-card');
  await card.getByRole('alert').waitFor(PATIENCE);
  await card.getByRole('button', { name: 'Get it again' }).click();
  await expectClasses(10);
});

describe('a model that is not there yet', () => {
  beforeAll(() => {
    // Its bytes never become a model: the download is what is looked at.
    hub.put('microsoft/cvt-13', 'model.safetensors', paddedContent(new Uint8Array(8), 80_200_000));
    hub.put('microsoft/cvt-13', 'config.json', bytesContent(fixtureBytes(CONFIG)), false);
    hub.failAlways('cdn', { kind: 'slow', chunk: 100_000, pauseMs: 50 });
  });
  afterAll(() => hub.failAlways('cdn', null));

  test('can be chosen, and offers its download on the spot with progress and cancel', async () => {
    await chip().click();
    await app.page.getByRole('button', { name: new RegExp(`^${FIRST}`) }).click();
    await app.page.keyboard.press('Escape');
    expect(await chip().textContent()).toContain(FIRST);
    const card = app.page.locator('.picture-card');
    await card.getByRole('button', { name: /^Download/ }).click();
    await expect.poll(() => arrived(card), PATIENCE).toBeGreaterThan(0);
    await card.getByRole('button', { name: /^Cancel/ }).click();
    await card.getByRole('button', { name: /^Download/ }).waitFor();
  });

  test('gives way to the model that ships with the app, which answers the waiting picture', async () => {
    await app.page.locator('.picture-card').getByRole('button', { name: 'Use CvT demo' }).click();
    await expectClasses(100);
    await expect.poll(() => app.predictions().first().textContent()).toMatch(/^parrot/);
  });
});

/** The five likeliest probabilities of the tiny model on the parrot, in percent, by the engine in Node. */
async function percentInNode(activation: Activation): Promise<number[]> {
  const model = await loadModel(join(import.meta.dirname, '..', 'fixtures', 'official.safetensors'), {
    id: 'tiny',
    spec: parseSpecText(new TextDecoder().decode(fixtureBytes(SPEC)), SPEC),
    labels: null,
    preprocessing: OFFICIAL_224,
    activation,
    signal: new AbortController().signal,
  });
  try {
    const { rgb } = preprocess(await decodeImage(PARROT.name, PARROT.bytes), OFFICIAL_224);
    const probabilities = softmax(await model.logits(normalise(rgb, OFFICIAL_224)));
    return [...probabilities]
      .sort((a, b) => b - a)
      .slice(0, 5)
      .map((probability) => probability * 100);
  } finally {
    await model.close();
  }
}

describe('import by drop', () => {
  const inNode = new Map<Activation, number[]>();
  beforeAll(async () => {
    for (const activation of ['quick_gelu', 'gelu'] as const) inNode.set(activation, await percentInNode(activation));
  });

  /** The picture's answer is the tiny model's own. Half and bfloat16 lose more than JPEG decoders differ. */
  async function expectNumbers(activation: Activation, tolerance: number): Promise<void> {
    const shown = async () =>
      (await app.predictions().getByText(/%$/).allTextContents()).map((text) => Number.parseFloat(text));
    const largest = async () => {
      const percents = await shown();
      return Math.max(...inNode.get(activation)!.map((percent, place) => Math.abs(percent - (percents[place] ?? 1e3))));
    };
    await expect.poll(largest, { timeout: 20_000 }).toBeLessThan(tolerance);
  }

  test.each([
    ['official-zip.pth', SPEC],
    ['official-legacy.pth', SPEC],
    ['official-half.pth', SPEC],
    ['official-bfloat16.pth', SPEC],
    ['official-strided-views.pth', SPEC],
    ['training-checkpoint.pth', SPEC],
    ['official.safetensors', SPEC],
    ['hf-model.safetensors', CONFIG],
    ['hf-pytorch_model.bin', CONFIG],
    ['paddlevit-p2.pdparams', SPEC],
    ['paddlevit-p4.pdparams', SPEC],
    ['passl-p4.pdparams', SPEC],
    ['cvt-tensorflow.h5', SPEC],
  ])('%s with %s becomes a model that answers', async (checkpoint, beside) => {
    await app.drop(fixtureFile(checkpoint), fixtureFile(beside));
    // The tiny model's parameters, counted.
    await dialog()
      .getByText(/^98\s986$/)
      .waitFor(PATIENCE);
    await dialog().getByText(`with ${beside}`).waitFor();
    const title = `Imported ${checkpoint}`;
    await dialog().getByLabel('Name', { exact: true }).fill(title);
    await dialog().getByRole('button', { name: 'Import and use' }).click();
    await dialog().waitFor({ state: 'detached', ...PATIENCE });
    await expect.poll(() => chip().textContent()).toContain(title);
    await expectClasses(10);
    // Ten classes under Hugging Face's names: a fine-tune, and those were trained with exact GELU.
    await expectNumbers(beside === CONFIG ? 'gelu' : 'quick_gelu', checkpoint.includes('bfloat16') ? 1 : 0.3);
  });

  test('a spec that was forgotten can be dropped after its checkpoint', async () => {
    await app.drop(fixtureFile('official-zip.pth'));
    await dialog()
      .getByRole('alert')
      .getByText(/Give its spec/)
      .waitFor(PATIENCE);
    await app.drop(fixtureFile(SPEC));
    await dialog().getByText(`with ${SPEC}`).waitFor(PATIENCE);
    await dialog()
      .getByText(/^The library has the same weights already/)
      .waitFor();
    await app.page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
  });

  const whole = fixtureBytes('official.safetensors');
  test.each([
    { name: 'page.pth', bytes: new TextEncoder().encode('<!doctype html><title>Sign in</title>'), says: /page\.pth: / },
    { name: 'cut.safetensors', bytes: whole.subarray(0, whole.length / 2), says: /cut\.safetensors: / },
    { name: 'empty.pdparams', bytes: new Uint8Array(), says: /empty\.pdparams: / },
  ])('$name gets its message, and the library stays as it was', async ({ name, bytes, says }) => {
    const had = await listed();
    await app.drop({ name, bytes });
    await dialog().getByRole('alert').getByText(says).waitFor(PATIENCE);
    await dialog().getByRole('button', { name: 'Close', exact: true }).last().click();
    await dialog().waitFor({ state: 'detached' });
    expect(await listed()).toEqual(had);
  });

  test('a spec alone is said to belong to a checkpoint', async () => {
    await app.drop(fixtureFile(SPEC));
    await app.page.getByText(/official-spec\.json: no checkpoint with it/).waitFor();
    expect(await dialog().count()).toBe(0);
  });
});

describe('the screen of models', () => {
  beforeEach(() => show('Models'));

  test('removing asks, says what is deleted, and hands over to the model that ships with the app', async () => {
    const id = 'imported:imported-cvt-tensorflow.h5';
    await row(id).getByText('In use').waitFor();
    await row(id).getByRole('button', { name: /^More/ }).click();
    await app.page.getByRole('menuitem', { name: 'Remove…' }).click();
    const question = app.page.getByRole('alertdialog');
    await question.getByText(/0\.4\u202fMB are deleted from the disk/).waitFor();
    await question.getByRole('button', { name: 'Cancel' }).click();
    expect(await row(id).count()).toBe(1);
    await row(id).getByRole('button', { name: /^More/ }).click();
    await app.page.getByRole('menuitem', { name: 'Remove…' }).click();
    await question.getByRole('button', { name: 'Remove' }).click();
    await row(id).waitFor({ state: 'detached' });
    await row('cvt-demo').getByText('In use').waitFor();
  });

  test('the published models are sorted by their numbers, by keyboard', async () => {
    const available = () =>
      app.page
        .locator('tbody[aria-label="Available"] tr[data-model]')
        .evaluateAll((rows) => rows.map((each) => each.getAttribute('data-model')));
    const plain = await available();
    expect(plain).toHaveLength(7);
    await app.page.getByRole('button', { name: 'Top-1' }).focus();
    await app.page.keyboard.press('Enter');
    expect((await available())[0]).toBe('cvt-w24-384-22k');
    await app.page.keyboard.press('Enter');
    expect((await available())[0]).toBe(FIRST);
    expect((await available()).at(-1)).toBe('cvt-w24-384-22k');
    await app.page.keyboard.press('Enter');
    expect(await available()).toEqual(plain);
  });

  test('keys change the screen, and those of a picture do nothing here', async () => {
    await app.page.keyboard.press('i');
    await app.tile('parrot.jpg').waitFor();
    await app.page.keyboard.press('l');
    await app.page.keyboard.press('Delete');
    await app.page.keyboard.press('i');
    await app.tile('parrot.jpg').waitFor();
  });
});
