import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';
import { fileAt, InspectApp, SAMPLES } from './inspect-page.ts';

// Each view's own pointer and keys: inspect.test.ts and microscope.test.ts. Here are the numbers, as the user takes them away.

const PARROT = fileAt(join(SAMPLES, 'parrot.jpg'));
/** Small, for WebGPU is drawn by the CPU here. Grids of 24, 12 and 6, keys of 12, 6 and 3. */
const SMALL = { kind: 'square', side: 96 } as const;
/** Long enough for a study on a busy machine. */
const PATIENCE = { timeout: 120_000 };

beforeAll(async () => {
  await alone(ensureBuilt);
});

interface SavedArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** Exports the array of what is shown, by the menu. */
async function savedArray({ page }: InspectApp): Promise<SavedArray> {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  const menu = page.getByRole('dialog', { name: 'Export' });
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    menu.getByRole('button', { name: 'Save array' }).click(),
  ]);
  const bytes = readFileSync(await download.path());
  await page.keyboard.press('Escape');
  await menu.waitFor({ state: 'detached' });
  const start = 10 + bytes.readUInt16LE(8);
  const shape = /'shape': \(([\d, ]+)\)/.exec(bytes.subarray(0, start).toString('latin1'))?.[1] ?? '';
  const values = Array.from({ length: (bytes.length - start) / 4 }, (_, at) => bytes.readFloatLE(start + at * 4));
  return { name: download.suggestedFilename(), shape: shape.split(',').map(Number), values };
}

const shows = (app: InspectApp, map: string) => expect.poll(() => app.shownView(), PATIENCE).toBe(map);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const largest = (values: readonly number[]) => Math.max(...values.map(Math.abs));

/** Asks about the same place of the picture in every app. */
async function pin(app: InspectApp): Promise<void> {
  await app.pointAt(0.55, 0.4);
  await app.page.mouse.down();
  await app.page.mouse.up();
  await app.page.locator('.readout-pin').waitFor();
}

async function openAtlas(app: InspectApp): Promise<void> {
  await app.page.keyboard.press('a');
  await app.page
    .getByRole('gridcell', { name: /entropy/ })
    .first()
    .waitFor(PATIENCE);
}

/** Every view by its keys, in the order in which they are taken. */
const POSES: readonly {
  readonly view: string;
  readonly keys: readonly string[];
  readonly map: string;
  readonly file: string;
  readonly place?: (app: InspectApp) => Promise<void>;
}[] = [
  { view: 'CLS', keys: ['3', 'c'], map: 'cls', file: 'cls.stage3' },
  { view: 'Received', keys: ['r', '2'], map: 'received', file: 'received.stage2' },
  { view: 'Query, attends to', keys: ['q'], map: 'row', file: 'query.stage2', place: pin },
  { view: 'Query, attended by', keys: ['d'], map: 'column', file: 'attended-by.stage2' },
  { view: 'Rollout on tokens', keys: ['Escape', 'd', 'u', '3'], map: 'rollout', file: 'rollout.stage3' },
  { view: 'Rollout on pixels', keys: ['j'], map: 'rollout', file: 'rollout.pixels' },
  { view: 'Class', keys: ['x'], map: 'attribution', file: 'class' },
  { view: 'Projection', keys: ['p', '2'], map: 'projection', file: 'projection.before.stage2' },
];

async function take(app: InspectApp, { keys, map, place }: (typeof POSES)[number]): Promise<SavedArray> {
  for (const key of keys) await app.page.keyboard.press(key);
  await place?.(app);
  await shows(app, map);
  return savedArray(app);
}

/** Tests the map that is shown with the least effort, and reads the four areas under its curves. */
async function testedAreas({ page }: InspectApp): Promise<readonly number[]> {
  await page.getByRole('button', { name: 'Test this map' }).click();
  await page.getByRole('radiogroup', { name: 'Steps' }).getByRole('radio', { name: '8' }).click();
  await page.getByRole('radiogroup', { name: 'Random orders' }).getByRole('radio', { name: '1' }).click();
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  const result = page.getByTestId('faithfulness-result');
  await result.waitFor(PATIENCE);
  const areas = [...((await result.textContent()) ?? '').matchAll(/(\d\.\d+) against (\d\.\d+)/g)];
  await page.getByRole('button', { name: 'Test this map' }).click();
  return areas.flatMap(([, ours, random]) => [Number(ours), Number(random)]);
}

describe('the demo on WebGPU gives the numbers that it gives on WASM', () => {
  /** Of the largest number of a map: what single precision in another order of sums comes to, and a little. */
  const TOLERANCE = 1e-3;
  let gpu: InspectApp;
  let cpu: InspectApp;

  beforeAll(async () => {
    gpu = await InspectApp.start({ device: 'webgpu', input: SMALL }, true);
    cpu = await InspectApp.start({ device: 'wasm', input: SMALL }, false);
    for (const app of [gpu, cpu]) {
      await app.drop(PARROT);
      await app.predictions().nth(4).waitFor(PATIENCE);
    }
    expect(await gpu.page.locator('.device-chip').textContent()).toMatch(/^WebGPU/);
    expect(await cpu.page.locator('.device-chip').textContent()).toMatch(/^CPU/);
  });
  afterAll(async () => {
    await gpu?.close();
    await cpu?.close();
  });
  afterEach(() => {
    expect(gpu.complaints).toEqual([]);
    expect(cpu.complaints).toEqual([]);
  });

  function expectSame(ours: SavedArray, theirs: SavedArray): void {
    expect(ours.name).toBe(theirs.name);
    expect(ours.shape).toEqual(theirs.shape);
    expect(new Set(ours.values).size).toBeGreaterThan(4);
    const apart = largest(ours.values.map((value, at) => value - theirs.values[at]!));
    expect(apart).toBeLessThanOrEqual(TOLERANCE * largest(theirs.values));
  }

  test.each(POSES)('of $view', async (pose) => {
    const [ours, theirs] = [await take(gpu, pose), await take(cpu, pose)];
    expect(ours.name).toContain(`parrot.${pose.file}`);
    expectSame(ours, theirs);
  });

  test('of the atlas, which names the map under the pointer', async () => {
    const arrays: SavedArray[] = [];
    for (const app of [gpu, cpu]) {
      for (const key of ['c', '3']) await app.page.keyboard.press(key);
      await shows(app, 'cls');
      await openAtlas(app);
      arrays.push(await savedArray(app));
    }
    const [ours, theirs] = arrays as [SavedArray, SavedArray];
    expect(ours.shape).toEqual([4, 4, 3, 3]);
    expectSame(ours, theirs);
    await gpu.page.getByRole('gridcell', { name: /block 2, head 3/ }).hover();
    await gpu.page.getByTestId('atlas-readout').getByText('block 2, head 3').waitFor();
    for (const app of [gpu, cpu]) await app.page.keyboard.press('a');
  });

  test('of the test of a map', async () => {
    const [ours, theirs] = [await testedAreas(gpu), await testedAreas(cpu)];
    expect(ours).toHaveLength(4);
    expect(largest(ours.map((area, at) => area - theirs[at]!))).toBeLessThanOrEqual(0.002);
  });
});

describe('CvT-13 with formula weights on WASM', () => {
  const folder = mkdtempSync(join(tmpdir(), 'cvt-lens-views-'));
  const arrays = new Map<string, SavedArray>();
  let app: InspectApp;

  beforeAll(async () => {
    const path = join(folder, 'formula-cvt-13.safetensors');
    writeFileSync(path, formulaCheckpoint(VARIANTS['cvt-13'], 1000, 13));
    app = await InspectApp.start({ device: 'wasm' }, false);
    await dropFromDisk(app, path);
    const dialog = app.page.getByRole('dialog', { name: 'Import a model' });
    await dialog.getByRole('button', { name: 'Import and use' }).click(PATIENCE);
    await dialog.waitFor({ state: 'detached', ...PATIENCE });
    await app.drop(PARROT);
    await app.page.getByText('top 5 of 1000').waitFor(PATIENCE);
    await app.predictions().nth(4).waitFor(PATIENCE);
  });
  afterAll(async () => {
    await app?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    expect(app.complaints).toEqual([]);
  });

  test.each(POSES)('$view opens, and answers the pointer', async (pose) => {
    const array = await take(app, pose);
    expect(array.name).toContain(`parrot.${pose.file}`);
    expect(array.values.every(Number.isFinite)).toBe(true);
    expect(new Set(array.values).size).toBeGreaterThan(4);
    arrays.set(pose.view, array);
    const place = app.page.locator('.readout-cell');
    await app.pointAt(0.42, 0.3);
    await place.waitFor();
    const first = await place.textContent();
    await app.pointAt(0.6, 0.7);
    await expect.poll(() => place.textContent()).not.toBe(first);
  });

  test('what is a share of attention sums to it', () => {
    const total = (view: string) => sum(arrays.get(view)?.values ?? []);
    // A token of stage 2 spends all of its attention on keys that have a place; the class token some on itself.
    expect(total('Query, attends to')).toBeCloseTo(1, 4);
    expect(total('CLS')).toBeLessThan(1);
    expect(total('CLS')).toBeGreaterThan(0.5);
    // Of 784 queries over 196 keys, on average 1 of what is uniform.
    expect(arrays.get('Received')?.shape).toEqual([14, 14]);
    // The screen shows it as multiples of uniform: these times 196.
    expect(total('Received')).toBeCloseTo(1, 4);
    expect(arrays.get('Query, attended by')?.shape).toEqual([28, 28]);
  });

  test('the parts of a logit sum to it', async () => {
    await app.page.keyboard.press('x');
    const shown = app.page.getByTestId('attribution-sum').locator('strong');
    await expect.poll(() => shown.count(), PATIENCE).toBe(2);
    const [parts, logit] = (await shown.allTextContents()).map((text) => Number(text.replace('−', '-')));
    expect(Math.abs(parts! - logit!)).toBeLessThanOrEqual(1e-3);
    expect(
      await app.page
        .getByTestId('attribution-bars')
        .getByRole('button', { name: /^block/ })
        .count(),
    ).toBe(10);
  });

  test('the atlas shows six heads of ten blocks, whose mean is the map of the block', async () => {
    for (const key of ['c', '3']) await app.page.keyboard.press(key);
    await shows(app, 'cls');
    await openAtlas(app);
    expect(await app.page.getByRole('gridcell').count()).toBe(60);
    // Laid out as the window has room: heads along, or blocks.
    const sides = [app.page.getByRole('rowheader').count(), app.page.getByRole('columnheader').count()];
    expect((await Promise.all(sides)).sort((a, b) => a - b)).toEqual([6, 10]);
    const atlas = await savedArray(app);
    expect(atlas.shape).toEqual([10, 6, 7, 7]);
    const last = atlas.values.slice(9 * 6 * 49);
    const cls = arrays.get('CLS')?.values ?? [];
    const apart = cls.map((value, cell) => value - sum([0, 1, 2, 3, 4, 5].map((head) => last[head * 49 + cell]!)) / 6);
    expect(apart).toHaveLength(49);
    expect(largest(apart)).toBeLessThan(1e-6);
    await app.page.keyboard.press('a');
  });

  test('a map is tested against chance', async () => {
    const areas = await testedAreas(app);
    expect(areas).toHaveLength(4);
    for (const area of areas) expect(area).toBeLessThanOrEqual(1);
  });
});

/** Drops a file as the system would, from the disk: a checkpoint is too large to be sent into the page as text. */
async function dropFromDisk({ page }: InspectApp, path: string): Promise<void> {
  const input = await page.evaluateHandle(() => {
    const element = document.createElement('input');
    element.type = 'file';
    return document.body.appendChild(element);
  });
  await input.setInputFiles(path);
  await input.evaluate((element) => {
    const transfer = new DataTransfer();
    for (const file of element.files ?? []) transfer.items.add(file);
    element.remove();
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  });
}
