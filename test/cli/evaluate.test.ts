import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { evaluate } from '../../electron/cli/evaluate.ts';
import { demoParts, loadModel } from '../../electron/inference/load-model.ts';
import { pictureInput } from '../../electron/inference/picture-input.ts';
import { parseCsv } from '../../models/evaluation/csv.ts';
import { type EvaluationReport, evaluationReportSchema } from '../../models/evaluation/report.ts';
import { arrange, type DrawnPicture, drawSet, type Layout } from '../evaluation/labelled-set.ts';
import { type Heard, hear } from './hear-command.ts';

const running = new AbortController().signal;
const fixture = (file: string) => join(import.meta.dirname, '..', 'fixtures', file);
/** The demo at this size is quick, and still knows most of the pictures. */
const SIZE = ['--size', '96'];
const PER_SAMPLE = 4;

let root: string;
let drawn: readonly DrawnPicture[];
/** The demo's logits by file, computed one picture at a time. */
const logits = new Map<string, Float32Array>();
const layouts = new Map<Layout, ReadonlyMap<string, DrawnPicture>>();

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cvt-evaluate-'));
  vi.stubEnv('CVT_LENS_HOME', join(root, 'home'));
  drawn = await drawSet(join(root, 'drawn'), PER_SAMPLE, 11);
  for (const layout of ['names', 'indexes', 'flat'] as const)
    layouts.set(layout, await arrange(join(root, 'drawn'), drawn, join(root, layout), layout));
  const { path, parts } = await demoParts({ activation: null, size: { rows: 96, cols: 96 }, signal: running });
  const model = await loadModel(path, parts);
  for (const { file } of drawn) {
    const bytes = await readFile(join(root, 'drawn', file));
    logits.set(file, await model.logits(await pictureInput(file, bytes, model.preprocessing)));
  }
  await model.close();
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

/** In this thread: lanes are built programs (evaluate-lanes.test.ts). */
const run = (...words: string[]): Promise<Heard> => hear(evaluate, '--lanes', '1', ...words);

const parsed = ({ stdout }: Heard): EvaluationReport => evaluationReportSchema.parse(JSON.parse(stdout));

/** Where the true class comes, 1 for first: our own count, from the logits. */
function rankOf({ file, truth }: DrawnPicture): number {
  const own = logits.get(file)!;
  return own.filter((logit, index) => logit > own[truth]! || (logit === own[truth]! && index < truth)).length + 1;
}

describe('the drawn set', () => {
  test('has right and wrong answers, so that a count of them can tell', () => {
    const right = drawn.filter((picture) => rankOf(picture) === 1).length;
    expect(right).toBeGreaterThan(drawn.length / 4);
    expect(right).toBeLessThan(drawn.length - 3);
  });

  test.each<Layout>(['names', 'indexes', 'flat'])('in layout %s scores as counted by hand', async (layout) => {
    const report = parsed(await run(join(root, layout), ...SIZE, '--json'));
    expect(report).toMatchObject({ pictures: drawn.length, limit: null });
    expect(report.labelsFile).toBe(layout === 'flat' ? join(root, 'flat', 'labels.csv') : null);
    const [model] = report.models;
    expect(model).toMatchObject({ labelled: drawn.length, problems: [], warnings: [], broken: [], published: null });
    expect(model!.top1).toMatchObject({ correct: drawn.filter((one) => rankOf(one) === 1).length, of: drawn.length });
    expect(model!.top5).toMatchObject({ correct: drawn.filter((one) => rankOf(one) <= 5).length, of: drawn.length });
    for (const { index, count, top1 } of model!.classes) {
      const own = drawn.filter(({ truth }) => truth === index);
      expect([count, top1.correct]).toEqual([own.length, own.filter((one) => rankOf(one) === 1).length]);
    }
    const files = layouts.get(layout)!;
    for (const { truth, predicted, images } of model!.confusions.listed)
      for (const image of images) {
        const own = logits.get(files.get(image)!.file)!;
        expect(files.get(image)!.truth).toBe(truth.index);
        expect(own.indexOf(Math.max(...own))).toBe(predicted.index);
      }
  });

  test('scores the same in batches of 8 as one by one', async () => {
    const out = (batch: number) => join(root, `batch-${batch}.csv`);
    for (const batch of [1, 8])
      await run(join(root, 'names'), ...SIZE, '--batch', `${batch}`, '--fresh', '--out', out(batch));
    const [one, eight] = await Promise.all(
      [1, 8].map(async (batch) => parseCsv(await readFile(out(batch), 'utf8'), ',').map(({ cells }) => cells)),
    );
    expect(one).toHaveLength(drawn.length + 1);
    const header = one![0]!;
    for (const [line, row] of one!.entries())
      for (const [column, cell] of row.entries()) {
        const other = eight![line]![column]!;
        if (line === 0 || !header[column]!.endsWith('probability')) expect(other).toBe(cell);
        else expect(Math.abs(Number(other) - Number(cell))).toBeLessThanOrEqual(1e-5);
      }
  }, 60_000);

  test('of a limit has pictures of every class', async () => {
    const [model] = parsed(await run(join(root, 'names'), ...SIZE, '--limit', '12', '--json')).models;
    expect(model!.labelled).toBe(12);
    expect(model!.classes).toHaveLength(12);
  });
});

describe('what does not fit', () => {
  test('broken pictures and unknown folders are told and do not stop it', async () => {
    const folder = join(root, 'mixed');
    await arrange(join(root, 'drawn'), drawn.slice(0, 6), folder, 'names');
    await mkdir(join(folder, 'unheard of'), { recursive: true });
    const [first] = await readdir(join(folder, 'PARROT'));
    const bytes = await readFile(join(folder, 'PARROT', first!));
    await writeFile(join(folder, 'unheard of', 'a.png'), bytes);
    await writeFile(join(folder, 'PARROT', 'cut.png'), bytes.subarray(0, 1000));
    await writeFile(join(folder, 'PARROT', 'empty.jpg'), '');
    await writeFile(join(folder, 'PARROT', 'text.png'), 'no picture');
    const ended = await run(folder, ...SIZE, '--json');
    expect(ended.allWell).toBe(true);
    const [model] = parsed(ended).models;
    expect(model!.top1!.of).toBe(6);
    expect(model!.broken.map(({ path, code }) => [path, code])).toEqual([
      ['PARROT/cut.png', 'image-broken'],
      ['PARROT/empty.jpg', 'image-empty'],
      ['PARROT/text.png', 'image-unknown-format'],
    ]);
    expect(model!.problems).toMatchObject([{ kind: 'unknown-label', folder: 'unheard of', count: 1 }]);
    expect(ended.stderr).toContain('"unheard of" is no class of this model.');
    expect(ended.stderr).toContain('PARROT/cut.png');
  });

  test('folders under each other’s names are noticed', async () => {
    const folder = join(root, 'shuffled');
    await arrange(join(root, 'drawn'), drawn, folder, 'indexes');
    const names = (await readdir(folder)).sort();
    for (const name of names) await rename(join(folder, name), join(folder, `was-${name}`));
    // Five on, so that no folder keeps its name.
    for (const [place, name] of names.entries())
      await rename(join(folder, `was-${name}`), join(folder, names[(place + 5) % names.length]!));
    const ended = await run(folder, ...SIZE, '--json');
    const [model] = parsed(ended).models;
    expect(model!.top1!.value).toBeLessThan(0.1);
    expect(model!.warnings.map(({ code }) => code)).toEqual(['labels-permuted']);
    expect(ended.stderr).toContain('warning[labels-permuted]');
  });

  test('labels of mostly other classes are noticed', async () => {
    const folder = join(root, 'foreign');
    await arrange(join(root, 'drawn'), drawn.slice(0, 2), folder, 'names');
    for (const [place, { file }] of drawn.slice(0, 4).entries()) {
      await mkdir(join(folder, `n0000000${place}`), { recursive: true });
      await writeFile(join(folder, `n0000000${place}`, file), await readFile(join(root, 'drawn', file)));
    }
    const [model] = parsed(await run(folder, ...SIZE, '--json')).models;
    expect(model).toMatchObject({ labels: { total: 5, matched: 1 }, warnings: [{ code: 'labels-unknown' }] });
  });

  test('nothing but broken pictures is a bad input with a whole report', async () => {
    const folder = join(root, 'all-broken');
    await mkdir(join(folder, 'dog'), { recursive: true });
    await writeFile(join(folder, 'dog', 'a.png'), 'no picture');
    const ended = await run(folder, ...SIZE, '--json');
    expect(ended.allWell).toBe(false);
    expect(parsed(ended).models[0]).toMatchObject({ top1: null, broken: [{ path: 'dog/a.png' }] });
  });

  test.each([
    ['no folder', [], 'usage'],
    ['two folders', ['a', 'b'], 'usage'],
    ['a folder that is not there', ['ROOT/nothing'], 'folder-unreadable'],
    ['an empty folder', ['ROOT/empty'], 'no-pictures'],
    ['pictures without labels', ['ROOT/drawn'], 'no-labels'],
    ['labels that are not there', ['ROOT/drawn', '--labels', 'ROOT/nothing.csv'], 'labels-unreadable'],
    ['labels that are a picture', ['ROOT/drawn', '--labels', 'PICTURE'], 'labels-unreadable'],
    ['labels that are empty', ['ROOT/drawn', '--labels', 'ROOT/empty.csv'], 'labels-unreadable'],
    ['labels of other pictures', ['ROOT/drawn', '--labels', 'ROOT/other.csv'], 'no-labels'],
    ['classes that are not there', ['ROOT/names', '--classes', 'ROOT/nothing.txt'], 'classes-unreadable'],
    ['too few classes', ['ROOT/names', '--classes', 'ROOT/few.txt'], 'classes-other-count'],
    ['folders of other classes', ['ROOT/names', '--checkpoint', 'FIXTURE'], 'no-labels'],
    ['a model that is not there', ['ROOT/names', '--model', 'cvt-13-224-1k'], 'not-installed'],
    ['a model twice', ['ROOT/names', '--model', 'cvt-demo', '--model', 'cvt-demo'], 'usage'],
    ['a batch of none', ['ROOT/names', '--batch', '0'], 'usage'],
    ['lanes of none', ['ROOT/names', '--lanes', '0'], 'usage'],
    ['a limit of none', ['ROOT/names', '--limit', '0'], 'usage'],
    ['an ending that is no format', ['ROOT/names', '--out', 'ROOT/report.pdf'], 'usage'],
    ['a report that is there', ['ROOT/names', '--out', 'ROOT/mine.html'], 'output-exists'],
  ])('%s ends it', async (_, words, code) => {
    await mkdir(join(root, 'empty'), { recursive: true });
    await writeFile(join(root, 'empty.csv'), '\n');
    await writeFile(join(root, 'other.csv'), 'file,label\nother.png,dog\n');
    await writeFile(join(root, 'few.txt'), 'dog\ncat\n');
    await writeFile(join(root, 'mine.html'), 'mine');
    const given = words.flatMap((word) =>
      word === 'FIXTURE'
        ? [fixture('official-zip.pth'), '--spec', fixture('official-spec.json')]
        : [word.replace('PICTURE', join(root, 'drawn', drawn[0]!.file)).replace('ROOT', root)],
    );
    await expect(run(...given)).rejects.toMatchObject({ code, message: expect.not.stringContaining('undefined') });
    expect(await readFile(join(root, 'mine.html'), 'utf8')).toBe('mine');
  });
});

describe('what is written', () => {
  test('reports of all kinds at once, of two models with their own classes', async () => {
    const classes = join(root, 'ten.txt');
    await writeFile(
      classes,
      ['parrot', 'penguin', 'dog', 'sailboat', 'giraffe', 'rocket', 'a', 'b', 'c', 'd'].join('\n'),
    );
    const out = (ending: string) => join(root, 'reports', `all${ending}`);
    await mkdir(join(root, 'reports'));
    const outs = ['.json', '.csv', '.html'].flatMap((ending) => ['--out', out(ending)]);
    const models = [fixture('official-zip.pth'), fixture('official.safetensors')].flatMap((file) => [
      '--checkpoint',
      file,
    ]);
    const words = ['--spec', fixture('official-spec.json'), '--size', '64', '--classes', classes, ...models, ...outs];
    const ended = await run(join(root, 'names'), ...words);
    expect(ended.allWell).toBe(true);
    expect(ended.stdout).toMatch(/^MODEL +PICTURES +TOP-1 \(95 %\)/);
    expect(ended.stdout).toMatch(/^official-zip\.pth +24 +\d+\.\d % \(/m);
    const report = evaluationReportSchema.parse(JSON.parse(await readFile(out('.json'), 'utf8')));
    expect(report.models.map(({ model }) => model.id)).toEqual(['official-zip.pth', 'official.safetensors']);
    // The same weights in two formats.
    expect(report.models[0]!.confusions).toEqual(report.models[1]!.confusions);
    expect(parseCsv(await readFile(out('.csv'), 'utf8'), ',')).toHaveLength(1 + 2 * 24);
    expect(await readFile(out('.html'), 'utf8')).toContain('official.safetensors');
    expect((await readdir(join(root, 'reports'))).sort()).toEqual(['all.csv', 'all.html', 'all.json']);
    await expect(run(join(root, 'names'), ...words)).rejects.toMatchObject({ code: 'output-exists' });
    expect((await run(join(root, 'names'), ...words, '--force')).allWell).toBe(true);
  });
});
