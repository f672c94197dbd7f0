import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { parseCsv } from '../../models/evaluation/csv.ts';
import { InspectApp } from './inspect-page.ts';
import { dropDated, manyPictures, type NamedBytes } from './many-pictures.ts';

/** The demo takes any size; at this one a picture is a fifth of the work that it is at its own. */
const SMALL_INPUT = { kind: 'square', side: 96 } as const;
const PICTURES = 147;

const exported = z.object({
  pictures: z.array(
    z.object({
      path: z.string(),
      state: z.string(),
      error: z.object({ code: z.string(), message: z.string() }).nullable(),
      results: z.array(
        z.object({
          model: z.object({ id: z.string() }),
          preprocessing: z.object({ width: z.number() }),
          top: z.array(z.object({ label: z.string(), probability: z.number() })),
          entropyBits: z.number(),
        }),
      ),
    }),
  ),
});

let app: InspectApp;
let pictures: readonly NamedBytes[];
let broken: readonly NamedBytes[];

beforeAll(async () => {
  await alone(ensureBuilt);
  app = await InspectApp.start({ device: 'wasm', input: SMALL_INPUT }, false);
  pictures = await manyPictures(PICTURES);
  broken = [
    { name: 'notes.jpg', bytes: new TextEncoder().encode('Not a picture at all.') },
    { name: 'empty.png', bytes: new Uint8Array() },
    { name: 'damaged.jpg', bytes: pictures[0]!.bytes.subarray(0, 700) },
  ];
});
afterAll(async () => app?.close());
afterEach(() => {
  expect(app.complaints).toEqual([]);
});

const progress = () => app.page.getByTestId('queue-progress');
const worked = async () => progress().waitFor({ state: 'detached', timeout: 200_000 });
const button = (name: string | RegExp) => app.page.getByRole('button', { name });
const answered = async () => Number((await progress().textContent())?.match(/^(\d+)/)?.[1]);
/** The overview's cells that are drawn: name and answer. */
const cells = () =>
  app.page.getByRole('option').evaluateAll((all) => all.map((cell) => cell.getAttribute('aria-label') ?? ''));
const heading = () => app.page.locator('.overview-head h2').textContent();

async function save(format: 'CSV' | 'JSON'): Promise<string> {
  await button('Export results').click();
  const [download] = await Promise.all([
    app.page.waitForEvent('download'),
    app.page.getByRole('menuitem', { name: `Save as ${format}` }).click(),
  ]);
  return readFile(await download.path(), 'utf8');
}

test('a queue of many goes on by itself, pauses, resumes, and broken files do not stop it', async () => {
  await dropDated(app, [...pictures.slice(0, 40), ...broken, ...pictures.slice(40)]);
  await expect.poll(answered, { timeout: 60_000 }).toBeGreaterThan(8);
  await button('Pause').click();
  await progress().getByText('paused').waitFor();
  // The job that was under way ends; after it nothing more is run.
  await expect.poll(async () => app.page.locator('.tile[data-status="running"]').count()).toBe(0);
  const paused = await answered();
  await app.tile(pictures[3]!.name).click();
  await expect.poll(() => app.predictions().count(), { timeout: 60_000 }).toBe(5);
  expect(await answered()).toBeLessThanOrEqual(paused + 1);
  await button('Resume').click();
  await worked();
  await button('3 failed').waitFor();
});

test('failed files are listed with their reasons', async () => {
  await button('3 failed').click();
  await app.page.keyboard.press('Shift+G');
  expect(await heading()).toBe('3 of 150 pictures');
  const listed = await cells();
  expect(listed).toHaveLength(3);
  expect(listed[0]).toMatch(/^notes\.jpg: .*not a picture/);
  expect(listed[1]).toMatch(/^empty\.png: .*the file is empty/);
  expect(listed[2]).toMatch(/^damaged\.jpg: .*damaged/);
  await button('Show all').click();
});

test('the export is what the app shows, in CSV and in JSON', async () => {
  const json = exported.parse(JSON.parse(await save('JSON')));
  const rows = parseCsv(await save('CSV'), ',').map(({ cells: each }) => each);
  expect(json.pictures).toHaveLength(150);
  expect(rows).toHaveLength(151);
  expect(json.pictures.filter(({ state }) => state === 'failed').map(({ path }) => path)).toEqual(
    broken.map(({ name }) => name),
  );
  for (const [at, { path, error, results }] of json.pictures.entries()) {
    const cell = (column: string) => rows[at + 1]![rows[0]!.indexOf(column)] ?? '';
    const top = results[0]?.top[0];
    expect([cell('path'), cell('error'), cell('top1 label'), Number(cell('top1 probability'))]).toEqual([
      path,
      error?.message ?? '',
      top?.label ?? '',
      top?.probability ?? 0,
    ]);
    if (error) continue;
    expect(results[0]).toMatchObject({ model: { id: 'cvt-demo' }, preprocessing: { width: 96 } });
    expect(results[0]?.top).toHaveLength(5);
  }
  const shown = (await cells()).filter((text) => !broken.some(({ name }) => text.startsWith(name)));
  expect(shown.length).toBeGreaterThan(20);
  const texts = new Set(
    json.pictures.flatMap(({ path, results }) => {
      const top = results[0]?.top[0];
      return top ? [`${path}: ${top.label}, ${percentText(top.probability)}`] : [];
    }),
  );
  for (const text of shown) expect(texts).toContain(text);
});

test('filters and orders agree with the exported numbers', async () => {
  const { pictures: all } = exported.parse(JSON.parse(await save('JSON')));
  const tops = all.flatMap(({ results }) => results[0]?.top[0] ?? []);
  const label = tops[0]!.label;
  await app.page.getByLabel('Predicted class').fill(label);
  const expected = tops.filter((top) => top.label.includes(label)).length;
  await expect.poll(heading).toBe(`${expected} of 150 pictures`);
  await button('Show all').click();

  await app.page.getByRole('combobox', { name: 'Order' }).click();
  await app.page.getByRole('option', { name: 'Least confident first' }).click();
  const least = tops.toSorted((a, b) => a.probability - b.probability)[0]!;
  await expect.poll(async () => (await cells())[0]).toContain(`${least.label}, ${percentText(least.probability)}`);
  await app.page.getByRole('combobox', { name: 'Order' }).click();
  await app.page.getByRole('option', { name: 'As they came' }).click();

  await app.page.getByLabel('Models disagree').click();
  await app.page.getByText('One model alone was run on these pictures').waitFor();
  await button('Show all').click();
});

test('several are removed at once and come back', async () => {
  const [first, second, third] = (await cells()).map((text) => text.slice(0, text.indexOf(':')));
  await app.page.getByRole('option', { name: new RegExp(`^${first}`) }).click();
  await app.page.keyboard.press('Shift+ArrowRight');
  await app.page.keyboard.press('Delete');
  await expect.poll(heading).toBe('148 pictures');
  expect((await cells())[0]).toMatch(new RegExp(`^${third}`));
  await button('Undo').click();
  await expect.poll(heading).toBe('150 pictures');
  expect((await cells())[1]).toMatch(new RegExp(`^${second}`));
  await app.page.keyboard.press('Shift+G');
});

test('results come back after a reload, and the same files are not run again', async () => {
  await app.load();
  await app.page.getByText(`${PICTURES} results from the last session`).waitFor();
  await button('Show').click();
  expect(await heading()).toBe(`${PICTURES} results of the last session`);
  const kept = await cells();
  await app.page.getByRole('option').first().dblclick();
  await app.page.getByText('Drop the folder again to look into the picture').waitFor();
  await dropDated(app, pictures);
  await worked();
  expect(await app.tile(pictures[9]!.name).getAttribute('aria-label')).toMatch(/; from an earlier session$/);
  await app.page.keyboard.press('Shift+G');
  const again = await cells();
  expect(again.slice(0, 12)).toEqual(kept.slice(0, 12));
  await app.page.keyboard.press('Shift+G');
});

test('what was kept is cleared when that is confirmed', async () => {
  await app.load();
  await button('Show').click();
  await button('Clear…').click();
  await button('Clear').click();
  await app.page.getByText('The kept results are cleared.').waitFor();
  await app.load();
  expect(await app.page.getByText('from the last session').count()).toBe(0);
});

test('an animated picture says that its first frame is used', async () => {
  await dropDated(app, [{ name: 'two-frames.gif', bytes: TWO_FRAMES }]);
  await app.page.getByText('animated: the first of 2 frames').waitFor({ timeout: 60_000 });
});

test('an address without a picture leads to what to do instead', async () => {
  const transfer = await app.page.evaluateHandle(() => {
    const result = new DataTransfer();
    result.setData('text/uri-list', 'https://example.org/picture.jpg');
    return result;
  });
  await app.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await app.page.getByText('The browser gave only the picture’s address').waitFor();
});

function percentText(probability: number): string {
  if (probability < 1 && probability > 0.9995) return '>\u202f99.9\u202f%';
  return `${(probability * 100).toFixed(1)}\u202f%`;
}

/** GIF89a of 2×1 pixels: a table of two colours, then twice an image of both. */
const FRAME = [0x2c, 0, 0, 0, 0, 2, 0, 1, 0, 0, 2, 2, 0x44, 0x0a, 0];
const TWO_FRAMES = Uint8Array.from([
  ...new TextEncoder().encode('GIF89a'),
  ...[2, 0, 1, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255],
  ...FRAME,
  ...FRAME,
  0x3b,
]);
