import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { stageGeometries } from '../../models/attention/geometry.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { OWN_INPUT, preprocessingOf } from '../../models/image/input-size.ts';
import { inputWindow } from '../../models/image/preprocess.ts';
import { OFFICIAL_224 } from '../../models/image/preprocessing.ts';
import { softmax } from '../../models/predictions.ts';
import type { Settings } from '../../renderer/shell/settings.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';
import {
  cellByTiles,
  correlationByPixels,
  demoModel,
  demoStages,
  inNode,
  PARROT,
  picture,
} from './compare-directly.ts';
import { InspectApp } from './inspect-page.ts';

const PATIENCE = { timeout: 180_000 };
const SIDE = 96;

type Column = Settings['compare']['columns'][number];
const demo = (input: Column['input'], provider: Column['provider'] = null): Column => ({
  modelId: 'cvt-demo',
  precision: 'fp32',
  input,
  provider,
});
const SMALL = { kind: 'square', side: SIDE } as const;

/** What the page saves of a comparison, as far as it is held to anything here. */
const saved = z.object({
  reference: z.string(),
  columns: z.array(
    z.object({
      column: z.string(),
      model: z.string(),
      engine: z.object({ provider: z.string() }),
      window: z.object({ left: z.number(), top: z.number(), scaleX: z.number(), scaleY: z.number() }),
      top: z.array(z.object({ label: z.string(), probability: z.number() })),
      againstReference: z
        .object({
          flipped: z.boolean(),
          correlation: z.number().nullable(),
          classes: z
            .object({
              divergence: z.number(),
              variation: z.number(),
              shifts: z.array(z.object({ index: z.number(), shift: z.number() })),
            })
            .nullable(),
          error: z
            .object({
              logits: z.object({ max: z.number() }),
              map: z.object({ max: z.number() }).nullable(),
            })
            .nullable(),
        })
        .nullable(),
    }),
  ),
});

/** Compare in the served app, with a picture in it. */
class ComparePage {
  readonly app: InspectApp;

  private constructor(app: InspectApp) {
    this.app = app;
  }

  static async start(settings: Partial<Settings>, webgpu: boolean): Promise<ComparePage> {
    const app = await InspectApp.start(settings, webgpu);
    await app.page.keyboard.press('Shift+C');
    return new ComparePage(app);
  }

  column(letter: string) {
    return this.app.page.locator(`.compare-column[data-column="${letter}"]`);
  }

  async finished(count: number): Promise<void> {
    await this.app.page.waitForFunction(
      (wanted) => {
        const columns = [...document.querySelectorAll<HTMLElement>('.compare-column')];
        return columns.length === wanted && columns.every(({ dataset }) => dataset.state === 'done');
      },
      count,
      PATIENCE,
    );
  }

  /** The token or key whose map a column shows. */
  query(letter: string): Promise<string | null> {
    return this.column(letter).getByTestId('column-map').getAttribute('data-query');
  }

  /** Moves the pointer over a point of the picture in one column, in picture pixels. */
  async pointAt(letter: string, x: number, y: number): Promise<void> {
    const picture = this.column(letter).locator('.picture-image');
    const [box, width] = await Promise.all([
      picture.boundingBox(),
      picture.evaluate((image: HTMLImageElement) => image.naturalWidth),
    ]);
    if (!box) throw new Error(`Column ${letter} shows no picture.`);
    const scale = box.width / width;
    await this.app.page.mouse.move(box.x + x * scale, box.y + y * scale);
  }

  async saveJson() {
    const downloading = this.app.page.waitForEvent('download');
    await this.app.page.getByRole('button', { name: 'Save', exact: true }).click();
    await this.app.page.getByRole('menuitem', { name: 'Comparison as JSON' }).click();
    return saved.parse(JSON.parse(readFileSync(await (await downloading).path(), 'utf8')));
  }

  /** Chooses from a list of a column's head. */
  async choose(label: string, option: string | RegExp): Promise<void> {
    await this.app.page.getByRole('combobox', { name: label, exact: true }).click();
    await this.app.page.getByRole('option', { name: option }).click();
  }
}

beforeAll(() => alone(ensureBuilt));

describe('the demo at two inputs on the CPU', () => {
  let compare: ComparePage;
  beforeAll(async () => {
    compare = await ComparePage.start(
      { device: 'wasm', compare: { columns: [demo(OWN_INPUT), demo(SMALL)], reference: 0 } },
      false,
    );
    await compare.app.page.getByText('Drop a picture anywhere').waitFor();
    await compare.app.drop(PARROT);
    await compare.finished(2);
  });
  afterAll(() => compare?.app.close());
  afterEach(() => expect(compare.app.complaints).toEqual([]));

  test('what the columns disagree on is what their networks say in Node', async () => {
    const { rgb, width, height } = await picture();
    const runs = await Promise.all(
      [OWN_INPUT, SMALL].map((input) => inNode(rgb, (base) => preprocessingOf(base, input, null, { width, height }))),
    );
    const [a, b] = runs;
    const { columns, reference } = await compare.saveJson();
    expect(reference).toBe('A');
    expect(columns[0]!.againstReference).toBeNull();
    const against = columns[1]!.againstReference!;
    // Chromium and sharp decode a JPEG a level apart here and there.
    const tolerance = 0.003;
    const [p, q] = [softmax(a!.logits), softmax(b!.logits)];
    let [bits, moved] = [0, 0];
    for (let i = 0; i < p.length; i++) {
      const middle = (p[i]! + q[i]!) / 2;
      bits += (p[i]! * Math.log2(p[i]! / middle) + q[i]! * Math.log2(q[i]! / middle)) / 2;
      moved += Math.abs(p[i]! - q[i]!) / 2;
    }
    expect(Math.abs(against.classes!.divergence - bits)).toBeLessThan(tolerance);
    expect(Math.abs(against.classes!.variation - moved)).toBeLessThan(tolerance);
    const { index, shift } = against.classes!.shifts[0]!;
    expect(Math.abs(shift - (q[index]! - p[index]!))).toBeLessThan(tolerance);
    expect(against.flipped).toBe(p.indexOf(Math.max(...p)) !== q.indexOf(Math.max(...q)));
    expect(against.error).toBeNull();
    const maps = runs.map(({ clsRow, window, stages }) => ({
      cells: clsRow.subarray(1),
      grid: stages.at(-1)!.keys,
      window,
    }));
    expect(Math.abs(against.correlation! - correlationByPixels({ width, height }, maps))).toBeLessThan(0.02);
    // The same stands in the summary, rounded.
    const row = compare.app.page.locator('.disagreement tbody tr').first();
    expect(await row.textContent()).toContain(against.classes!.divergence.toFixed(3));
  });

  test('one point of the picture is a token of its own in each grid', async () => {
    const { width, height } = await picture();
    await compare.app.page.keyboard.press('q');
    for (const [letter, x, y] of [
      ['A', width * 0.5, height * 0.5],
      ['B', width * 0.35, height * 0.7],
      ['A', width * 0.61, height * 0.22],
    ] as const) {
      await compare.pointAt(letter, x, y);
      for (const [column, input] of [
        ['A', OWN_INPUT],
        ['B', SMALL],
      ] as const) {
        const base = (await demoModel()).parts.preprocessing;
        const preprocessing = preprocessingOf(base, input, null, { width, height });
        const window = inputWindow(width, height, preprocessing);
        const { tokens } = (await demoStages(preprocessing)).at(-1)!;
        const expected = cellByTiles(tokens, window, x, y) + 1;
        await expect.poll(() => compare.query(column), { timeout: 20_000 }).toBe(String(expected));
      }
    }
  });

  test('a class that is pressed in one column is explained in all', async () => {
    await compare
      .column('B')
      .getByRole('button', { name: /^parrot,/ })
      .click();
    for (const letter of ['A', 'B'])
      await expect
        .poll(() => compare.column(letter).getByTestId('column-map').getAttribute('data-view'), PATIENCE)
        .toBe('attribution');
    await compare.app.page.keyboard.press('c');
  });

  test('columns are added, moved and removed, and come back as they were after a reload', async () => {
    const { page } = compare.app;
    await page.getByRole('button', { name: 'Add a column' }).click();
    await compare.choose('Input of column C', '128²');
    await compare.finished(3);
    await page.getByRole('button', { name: 'More about column C' }).click();
    await page.getByRole('menuitem', { name: 'Move left' }).click();
    await expect
      .poll(() =>
        compare
          .column('B')
          .getByRole('combobox', { name: /^Input/ })
          .textContent(),
      )
      .toBe('128²');
    await compare.finished(3);
    await compare.app.load();
    await page.keyboard.press('Shift+C');
    await compare.app.drop(PARROT);
    await compare.finished(3);
    expect(
      await compare
        .column('B')
        .getByRole('combobox', { name: /^Input/ })
        .textContent(),
    ).toBe('128²');
    await page.getByRole('button', { name: 'More about column B' }).click();
    await page.getByRole('menuitem', { name: 'Remove' }).click();
    await compare.finished(2);
  });

  test('a model that is not on this machine offers its download in its column', async () => {
    await compare.choose('Model of column B', /^cvt-21-224-1k/);
    await compare
      .column('B')
      .getByRole('button', { name: /^Download/ })
      .waitFor(PATIENCE);
    expect(await compare.column('A').getAttribute('data-state')).toBe('done');
    await compare.choose('Model of column B', 'CvT demo');
    await compare.finished(2);
  });

  test('the difference of two maps is drawn, about zero', async () => {
    await compare.app.page
      .getByRole('button', { name: /^Difference map/ })
      .first()
      .click();
    const dialog = compare.app.page.getByRole('dialog', { name: 'Difference of two maps' });
    await dialog.getByRole('img', { name: /^Colours from −/ }).waitFor();
    const drawn = await dialog.getByTestId('difference-map').evaluate((canvas: HTMLCanvasElement) => {
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return new Set(Array.from({ length: data.length / 4 }, (_, i) => data[i * 4]! * 256 + data[i * 4 + 2]!)).size;
    });
    expect(drawn).toBeGreaterThan(3);
    await compare.app.page.keyboard.press('Escape');
  });
});

test('one checkpoint on the GPU and on the CPU differs by its logits’ and map’s error', async () => {
  const compare = await ComparePage.start(
    { device: 'webgpu', compare: { columns: [demo(SMALL), demo(SMALL, 'wasm')], reference: 0 } },
    true,
  );
  try {
    await compare.app.drop(PARROT);
    await compare.finished(2);
    const { columns } = await compare.saveJson();
    expect(columns.map(({ engine }) => engine.provider)).toEqual(['webgpu', 'wasm']);
    const { error, flipped } = columns[1]!.againstReference!;
    expect(flipped).toBe(false);
    expect(error!.logits.max).toBeLessThan(1e-3);
    expect(error!.map!.max).toBeLessThan(1e-4);
    // Two engines never agree to the last bit: equal numbers would be one engine under two names.
    expect(error!.logits.max).toBeGreaterThan(0);
    // Studies go to the engine that holds the run.
    await compare.app.page.keyboard.press('q');
    const { width, height } = await picture();
    await compare.pointAt('B', width / 2, height / 2);
    await expect.poll(() => compare.query('A'), PATIENCE).toMatch(/^\d+$/);
    await expect.poll(async () => (await compare.query('B')) === (await compare.query('A')), PATIENCE).toBe(true);
    expect(compare.app.complaints).toEqual([]);
  } finally {
    await compare.app.close();
  }
});

test('CvT-13, CvT-21 and the demo see one picture, with linked maps', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cvt-lens-compare-'));
  const compare = await ComparePage.start({ device: 'wasm' }, false);
  try {
    const { page } = compare.app;
    await page.keyboard.press('l');
    for (const name of ['cvt-13', 'cvt-21'] as const) {
      const file = join(folder, `${name}-224.safetensors`);
      writeFileSync(file, formulaCheckpoint(VARIANTS[name], 1000, 1));
      const [chooser] = await Promise.all([
        page.waitForEvent('filechooser'),
        page.getByRole('button', { name: 'Choose files…' }).click(),
      ]);
      await chooser.setFiles(file);
      const dialog = page.getByRole('dialog', { name: 'Import a model' });
      await dialog.getByLabel('Name', { exact: true }).fill(`Formula ${name}`, PATIENCE);
      await dialog.getByRole('button', { name: 'Import', exact: true }).click();
      await dialog.waitFor({ state: 'detached', ...PATIENCE });
      rmSync(file);
    }
    await page.keyboard.press('Shift+C');
    await compare.app.drop(PARROT);
    await page.getByRole('button', { name: 'Add a column' }).click();
    await compare.choose('Model of column A', 'Formula cvt-13');
    await compare.choose('Model of column B', 'Formula cvt-21');
    await compare.choose('Input of column B', /own/);
    await compare.choose('Input of column C', /own/);
    await compare.finished(3);
    expect(await compare.column('A').getByText('block 10/10').count()).toBe(1);
    expect(await compare.column('B').getByText('block 16/16').count()).toBe(1);
    expect(await compare.column('C').getByText('block 4/4').count()).toBe(1);

    const { width, height } = await picture();
    const [x, y] = [width * 0.55, height * 0.4];
    await page.keyboard.press('q');
    await compare.pointAt('A', x, y);
    const demoBase = (await demoModel()).parts.preprocessing;
    const expected = [
      stageGeometries(VARIANTS['cvt-13'], 224, 224).at(-1)!,
      stageGeometries(VARIANTS['cvt-21'], 224, 224).at(-1)!,
      (await demoStages(demoBase)).at(-1)!,
    ].map(({ tokens }, at) => {
      const window = inputWindow(width, height, at < 2 ? OFFICIAL_224 : demoBase);
      return String(cellByTiles(tokens, window, x, y) + 1);
    });
    for (const [at, letter] of ['A', 'B', 'C'].entries())
      await expect.poll(() => compare.query(letter), PATIENCE).toBe(expected[at]);

    const { columns } = await compare.saveJson();
    // Two of them tell the same thousand apart; the demo does not.
    expect(columns[1]!.againstReference!.classes!.divergence).toBeGreaterThanOrEqual(0);
    expect(columns[2]!.againstReference!.classes).toBeNull();
    expect(columns.every(({ againstReference }, at) => at === 0 || againstReference!.correlation !== null)).toBe(true);
    expect(compare.app.complaints).toEqual([]);
  } finally {
    await compare.app.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
