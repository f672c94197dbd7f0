import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { ensureBuilt } from '../../electron/bootstrap/build.mjs';
import { alone } from '../../electron/bootstrap/lock.mjs';
import { evaluate } from '../../electron/cli/evaluate.ts';
import { demoParts, loadModel } from '../../electron/inference/load-model.ts';
import { pictureInput } from '../../electron/inference/picture-input.ts';
import { parseCsv } from '../../models/evaluation/csv.ts';
import { type EvaluationReport, evaluationReportSchema, type ModelEvaluation } from '../../models/evaluation/report.ts';
import { arrange, type DrawnPicture, drawSet } from '../evaluation/labelled-set.ts';
import { InspectApp } from './inspect-page.ts';

/** Copies of each sample: enough pictures that the run can be met in its middle. */
const PER_SAMPLE = 5;
const DEMO = 'CvT demo';
const PATIENCE = { timeout: 240_000 };
const running = new AbortController().signal;

let root: string;
let app: InspectApp;
let drawn: readonly DrawnPicture[];
const set = (name: string) => join(root, name);

beforeAll(async () => {
  await alone(ensureBuilt);
  root = mkdtempSync(join(tmpdir(), 'cvt-evaluate-ui-'));
  drawn = await drawSet(set('drawn'), PER_SAMPLE, 23);
  await arrange(set('drawn'), drawn, set('birds and more'), 'names');
  await mkdir(join(set('birds and more'), 'no such thing'), { recursive: true });
  writeFileSync(join(set('birds and more'), 'no such thing', 'stray.png'), 'stray');
  const [first] = drawn;
  const folder = join(set('birds and more'), first!.label.replaceAll(' ', '_').toUpperCase());
  writeFileSync(join(folder, 'torn.png'), readFileSync(join(set('drawn'), first!.file)).subarray(0, 200));
  writeFileSync(join(folder, 'words.png'), 'not a picture');
  cpSync(set('birds and more'), set('again'), { recursive: true, preserveTimestamps: true });
  await arrange(set('drawn'), drawn.slice(0, 3), set('flat'), 'flat');
  app = await InspectApp.start({ device: 'wasm' }, false);
}, 180_000);
afterAll(async () => {
  await app?.close();
  rmSync(root, { recursive: true, force: true });
});
afterEach(() => {
  expect(app.complaints).toEqual([]);
});

const main = () => app.page.getByRole('main', { name: 'Evaluate' });
const show = () => app.page.getByRole('button', { name: 'Evaluate', exact: true }).click();
const list = () => app.page.getByRole('complementary', { name: 'Evaluations' });

async function chooseFolder(button: string | RegExp, path: string): Promise<void> {
  const [chooser] = await Promise.all([
    app.page.waitForEvent('filechooser'),
    main().getByRole('button', { name: button }).click(),
  ]);
  await chooser.setFiles(path);
}

async function begin(path: string): Promise<void> {
  await show();
  const fresh = list().getByRole('button', { name: 'New' });
  if (await fresh.isEnabled()) await fresh.click();
  await chooseFolder('Choose a folder…', path);
  const demo = main().getByRole('checkbox', { name: DEMO });
  if (!(await demo.isChecked())) await demo.check();
  await main().getByText('to measure.').waitFor();
}

/** Takes most of one kept answer away. */
async function tearAnswer(): Promise<void> {
  await app.page.evaluate(
    () =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('cvt-lens-evaluations');
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const transaction = opening.result.transaction('answers', 'readwrite');
          const store = transaction.objectStore('answers');
          const keys = store.getAllKeys(null, 1);
          keys.onsuccess = () => store.put({ path: 'torn' }, keys.result[0]);
          transaction.oncomplete = () => {
            opening.result.close();
            resolve();
          };
          transaction.onerror = () => reject(transaction.error);
        };
      }),
  );
}

/** What a download of the result holds. */
async function saved(format: 'CSV' | 'JSON' | 'HTML'): Promise<string> {
  const [download] = await Promise.all([
    app.page.waitForEvent('download'),
    main().getByRole('button', { name: format, exact: true }).click(),
  ]);
  return readFileSync(await download.path(), 'utf8');
}

async function result(): Promise<EvaluationReport> {
  await main().getByRole('region', { name: 'Accuracy' }).waitFor(PATIENCE);
  return evaluationReportSchema.parse(JSON.parse(await saved('JSON')));
}

async function onCommandLine(folder: string): Promise<EvaluationReport> {
  vi.stubEnv('CVT_LENS_HOME', join(root, 'home'));
  let stdout = '';
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
      stdout += String(text);
      return true;
    }),
    vi.spyOn(process.stderr, 'write').mockImplementation(() => true),
  ];
  try {
    // In this thread: lanes are built programs (test/cli/evaluate-lanes.test.ts).
    await evaluate([folder, '--json', '--lanes', '1'], running);
  } finally {
    for (const spy of spies) spy.mockRestore();
    vi.unstubAllEnvs();
  }
  return evaluationReportSchema.parse(JSON.parse(stdout));
}

/** What must not differ between engines: counts and what they are of. Probabilities agree to some 1e-5 only. */
function counts({ top1, top5, classes, confusions, broken, problems, labels, labelled, model }: ModelEvaluation) {
  return {
    model,
    top1,
    top5,
    classes,
    confusions,
    broken: broken.map(({ path, code }) => ({ path, code })),
    problems,
    labels,
    labelled,
  };
}

describe('a labelled folder', () => {
  test('is understood before it is measured', async () => {
    await begin(set('birds and more'));
    const models = main().getByRole('region', { name: 'Models' });
    const labels = new Set(drawn.map(({ label }) => label)).size;
    expect(await models.textContent()).toContain(`${labels} of ${labels + 1} labels name one of its 100 classes`);
    await models.getByText('1 problem with labels').click();
    await models.getByText('"no such thing" is no class of this model').waitFor();
    expect(
      await main()
        .getByRole('button', { name: /^Measure / })
        .textContent(),
    ).toBe(`Measure ${drawn.length + 2} pictures`);
  });

  test('is measured over a reload with neither loss nor repetition', async () => {
    await main()
      .getByRole('button', { name: /^Measure / })
      .click();
    const progress = main().getByTestId('evaluation-progress');
    await progress.getByText(/^[1-9]\d* of/).waitFor(PATIENCE);
    await main().getByRole('button', { name: 'Pause' }).click();
    await main().getByRole('button', { name: 'Go on' }).click();
    await progress.getByText(/^([7-9]|[1-9]\d) of.*from before/).waitFor(PATIENCE);
    // In the middle of a job; then the journal is damaged, as no browser should leave it.
    await app.load();
    await tearAnswer();
    await show();
    await list()
      .getByRole('button', { name: /^birds and more/ })
      .click();
    await chooseFolder('Choose birds and more…', set('again'));
    await main().getByText('is another one').waitFor();
    await chooseFolder('Choose birds and more…', set('birds and more'));
    await progress.getByText(/from before/).waitFor(PATIENCE);
    const reused = Number(/(\d+) from before/.exec((await progress.textContent()) ?? '')?.[1]);
    expect(reused).toBeGreaterThanOrEqual(5);
    expect(reused).toBeLessThan(drawn.length);

    const report = await result();
    const [own] = report.models;
    expect(report.pictures).toBe(drawn.length + 3);
    expect(own!.broken.map(({ path }) => path.split('/')[1])).toEqual(['torn.png', 'words.png']);

    const ranks = await ranksOf(drawn);
    const right = (best: number) => ranks.filter((rank) => rank <= best).length;
    expect(own!.top1).toMatchObject({ correct: right(1), of: drawn.length });
    expect(own!.top5).toMatchObject({ correct: right(5), of: drawn.length });
    const [cli] = (await onCommandLine(set('birds and more'))).models;
    expect(counts(own!)).toEqual(counts(cli!));

    // Without an interruption: the same to the last digit.
    await begin(set('again'));
    await main()
      .getByRole('button', { name: /^Measure / })
      .click();
    const again = await result();
    expect(again).toEqual({ ...report, folder: 'again' });
  });

  test('with a labels file is read by it; what was measured before is reported at once', async () => {
    await begin(set('flat'));
    await main().getByText('Classes from labels.csv').waitFor();
    await main()
      .getByRole('button', { name: /^Measure / })
      .click();
    const report = await result();
    expect(report).toMatchObject({ labelsFile: 'labels.csv', models: [{ labelled: 3 }] });
    await begin(set('birds and more'));
    await main()
      .getByRole('button', { name: /^Measure / })
      .click();
    expect((await result()).models[0]!.top1!.of).toBe(drawn.length);
  });

  test('leads from a confusion to its picture in Inspect', async () => {
    const pair = main().getByRole('region', { name: 'Confusions' }).getByRole('listitem').first();
    await pair.getByRole('button').first().click();
    const thumb = pair.getByRole('button', { name: /^Inspect / }).first();
    const path = ((await thumb.getAttribute('aria-label')) ?? '').slice('Inspect '.length);
    await thumb.locator('img').waitFor();
    await thumb.click();
    await app.tile(path.split('/')[1]!).waitFor();
  });

  test('gives its report as CSV and as one page', async () => {
    await show();
    const rows = parseCsv(await saved('CSV'), ',');
    expect(rows).toHaveLength(drawn.length + 2 + 1);
    const page = await saved('HTML');
    expect(page).toContain('birds%20and%20more/');
    expect(page).not.toContain('<script');
  });

  test('keeps results over a reload, and gives a removed one back', async () => {
    await app.load();
    await show();
    const lines = list().getByRole('listitem');
    await lines.first().waitFor();
    const before = await lines.count();
    await list().getByRole('button', { name: 'Remove the evaluation of flat' }).click();
    await lines.nth(before - 1).waitFor({ state: 'detached' });
    await app.page.getByRole('button', { name: 'Undo' }).click();
    await main().getByRole('heading', { name: 'flat' }).waitFor();
    expect(await lines.count()).toBe(before);
  });
});

/** Where the true class comes, 1 for first: our own count, from the logits of one picture at a time. */
async function ranksOf(pictures: readonly DrawnPicture[]): Promise<readonly number[]> {
  const { path, parts } = await demoParts({ activation: null, size: null, signal: running });
  const model = await loadModel(path, parts);
  const ranks: number[] = [];
  for (const { file, truth } of pictures) {
    const own = await model.logits(
      await pictureInput(file, readFileSync(join(set('drawn'), file)), model.preprocessing),
    );
    const isAhead = (logit: number, index: number) => logit > own[truth]! || (logit === own[truth]! && index < truth);
    ranks.push(own.filter(isAhead).length + 1);
  }
  await model.close();
  return ranks;
}
