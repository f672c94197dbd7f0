import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { findAppRoot } from '../../electron/app-root.ts';
import { attention } from '../../electron/cli/attention.ts';
import { findClass } from '../../electron/cli/attention-options.ts';
import { decodeImage } from '../../electron/decode-image.ts';
import { loadDemoForStudy, type StudiedPicture, type StudyModel } from '../../electron/inference/study-model.ts';
import { type StageGeometry, stageGeometries } from '../../models/attention/geometry.ts';
import { stageGrids } from '../../models/cvt/grids.ts';
import { COLOR_STEPS, colorTable } from '../../models/drawing/color-maps.ts';
import { PICTURE_SIDE } from '../../models/drawing/figure-svg.ts';
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import { softmax } from '../../models/predictions.ts';

const running = new AbortController().signal;
const PARROT = join(findAppRoot(), 'assets', 'samples', 'parrot.jpg');
/** Of the demo. */
const LAST = 2;

let folder: string;
let model: StudyModel;
let picture: StudiedPicture;
let window: InputWindow;
let geometry: readonly StageGeometry[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-attention-'));
  model = await loadDemoForStudy({ activation: null, size: null, signal: running });
  const pixels = await decodeImage('parrot.jpg', await readFile(PARROT));
  const input = preprocess(pixels, model.preprocessing);
  window = input.window;
  picture = await model.study(normalise(input.rgb, model.preprocessing));
  const { height, width } = model.preprocessing;
  geometry = stageGeometries(model.checkpoint.spec, height, width);
});
afterAll(async () => {
  await model?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Runs the command on the parrot; what it wrote and what it said. */
async function run(out: string, ...words: string[]): Promise<{ bytes: Buffer; said: string }> {
  let said = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    const path = join(folder, out);
    expect(await attention([PARROT, '--out', path, ...words], running)).toBe(true);
    return { bytes: await readFile(path), said };
  } finally {
    spy.mockRestore();
  }
}

/** The array of an .npy file of version 1.0, float32, C order. */
function readNpy(file: Buffer): { shape: readonly number[]; values: readonly number[] } {
  const start = 10 + file.readUInt16LE(8);
  const header = file.subarray(10, start).toString('latin1');
  expect(header).toContain("'descr': '<f4', 'fortran_order': False");
  const shape = /\(([^)]*)\)/.exec(header)![1]!.split(',').map(Number);
  const values = Array.from({ length: (file.length - start) / 4 }, (_, i) => file.readFloatLE(start + i * 4));
  return { shape, values };
}

const stageFacts = (stage: number) => {
  const { height, width } = model.preprocessing;
  const { depth, numHeads } = model.checkpoint.spec.stages[stage]!;
  const grids = stageGrids(model.checkpoint.spec, height, width)[stage]!;
  return { depth, heads: numHeads, ...grids };
};

describe('the array', () => {
  test('of a row is what the engine answers for the token under the pixel', async () => {
    const point = { x: window.left + 40.3 * window.scaleX, y: window.top + 31.8 * window.scaleY };
    const { depth, cls, keys } = stageFacts(1);
    const axis = (size: 'rows' | 'cols', at: number) => geometry[1]!.tokens[size].cellAt(at);
    const token = cls + axis('rows', 31.8) * geometry[1]!.tokens.cols.count + axis('cols', 40.3);
    const words = ['--view', 'row', '--stage', '2', '--block', String(depth), '--head', '2'];
    const { bytes, said } = await run('row.npy', ...words, '--query', `${point.x.toFixed(3)},${point.y.toFixed(3)}`);
    const { shape, values } = readNpy(bytes);
    expect(shape).toEqual([keys.rows, keys.cols]);
    const answer = await picture.studies.row(1, depth - 1, 1, token);
    expect(values).toEqual([...answer.subarray(cls)]);
    expect(said).toMatch(/Attention of one query; Stage 2, block \d+ of \d+, head 2 of \d+; query \(\d+, \d+\) of/);
  });

  test('of a row without a query is the class token’s, and its own share is said beside it', async () => {
    const { depth, cls } = stageFacts(LAST);
    expect(cls).toBe(1);
    const { bytes, said } = await run('cls.npy', '--view', 'row');
    const answer = await picture.studies.row(LAST, depth - 1, null, 0);
    expect(readNpy(bytes).values).toEqual([...answer.subarray(1)]);
    expect(said).toContain(`The class token’s own: ${(answer[0]! * 100).toFixed(1)} %`);
  });

  test.each([
    { head: null, words: [] },
    { head: 1, words: ['--head', '2'] },
  ])('of received is what the run gave, head $head', async ({ head, words }) => {
    const { cls, heads } = stageFacts(LAST);
    const { bytes } = await run(`received-${head}.npy`, '--view', 'received', '--block', '1', ...words);
    const statistics = (await picture.studies.statistics(LAST))[0]!.received;
    const count = statistics.length / heads;
    const expected =
      head === null ? picture.received[LAST]![0]! : statistics.subarray(head * count, (head + 1) * count);
    expect(readNpy(bytes).values).toEqual([...expected.subarray(cls)]);
  });

  test('of a rollout is of the input’s pixels, and with what class tokens kept sums to 1', async () => {
    const { bytes, said } = await run('rollout.npy', '--view', 'rollout');
    const { shape, values } = readNpy(bytes);
    expect(shape).toEqual([model.preprocessing.height, model.preprocessing.width]);
    const rollout = await picture.studies.rollout({ kind: 'answer' }, 'uniform');
    expect(values).toEqual([...rollout.pixels]);
    const kept = rollout.stages.reduce((sum, { clsMass }) => sum + clsMass, 0);
    expect(values.reduce((sum, value) => sum + value, kept)).toBeCloseTo(1, 4);
    expect(said).toContain(`Kept by class tokens on the way: ${(kept * 100).toFixed(1)} %`);
  });

  test('of a rollout at a stage is of its tokens', async () => {
    const { bytes } = await run('rollout-2.npy', '--view', 'rollout', '--stage', '2');
    const rollout = await picture.studies.rollout({ kind: 'answer' }, 'uniform');
    expect(readNpy(bytes).values).toEqual([...rollout.stages.find(({ stage }) => stage === 1)!.tokens]);
  });

  test('of an attribution adds up blocks and heads, for the likeliest class or one by name', async () => {
    const { depth, heads, cls, keys } = stageFacts(LAST);
    const top = picture.logits.indexOf(Math.max(...picture.logits));
    const count = cls + keys.rows * keys.cols;
    const sums = async (index: number) => {
      const [answer] = await picture.studies.attribution([index]);
      return Array.from({ length: count - cls }, (_, key) => {
        let sum = 0;
        for (let row = 0; row < depth * heads; row++) sum += answer!.keys[row * count + cls + key]!;
        return sum;
      });
    };
    const likeliest = readNpy((await run('top.npy', '--view', 'attribution')).bytes).values;
    for (const [key, value] of (await sums(top)).entries()) expect(likeliest[key]).toBeCloseTo(value, 4);

    const other = top === 0 ? 1 : 0;
    const named = await run('named.npy', '--view', 'attribution', '--class', model.labels[other]!.toUpperCase());
    const expected = await sums(other);
    for (const [key, value] of expected.entries()) expect(readNpy(named.bytes).values[key]).toBeCloseTo(value, 4);
    const probability = (softmax(picture.logits)[other]! * 100).toFixed(1);
    expect(named.said).toContain(`${model.labels[other]}: logit`);
    expect(named.said).toContain(`${probability} %`);

    const against = await run('against.npy', '--view', 'attribution', '--contrast', String(other));
    const difference = readNpy(against.bytes).values;
    for (const [key, value] of expected.entries()) expect(difference[key]).toBeCloseTo(likeliest[key]! - value, 4);
  });

  test('follows --size', async () => {
    const { bytes } = await run('sized.npy', '--view', 'received', '--stage', '1', '--size', '64x96');
    const [keys] = stageGrids(model.checkpoint.spec, 64, 96).map((each) => each.keys);
    expect(readNpy(bytes).shape).toEqual([keys!.rows, keys!.cols]);
  });
});

describe('the figure', () => {
  test('without a picture has every cell in its colour, at the scale that was asked for', async () => {
    const words = ['--view', 'received', '--stage', '3', '--no-picture', '--no-caption', '--colors', 'viridis'];
    const { bytes } = await run('cells.png', ...words, '--scale', '1');
    const { data, info } = await sharp(bytes).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const side = { width: window.inputWidth * window.scaleX, height: window.inputHeight * window.scaleY };
    const scale = PICTURE_SIDE / Math.max(side.width, side.height);
    expect([info.width, info.height]).toEqual([Math.round(side.width * scale), Math.round(side.height * scale)]);
    const { depth, cls } = stageFacts(LAST);
    const cells = picture.received[LAST]![depth - 1]!.subarray(cls);
    const largest = Math.max(...cells);
    const { rows, cols } = geometry[LAST]!.keys;
    for (let row = 0; row < rows.count; row++)
      for (let col = 0; col < cols.count; col++) {
        const x = Math.floor(Math.max(cols.centre(col), 0) * window.scaleX * scale);
        const y = Math.floor(Math.max(rows.centre(row), 0) * window.scaleY * scale);
        const step = Math.round((cells[row * cols.count + col]! / largest) * (COLOR_STEPS - 1));
        const at = (y * info.width + x) * 4;
        expect([...data.subarray(at, at + 3)]).toEqual([...colorTable('viridis').rgb.subarray(step * 3, step * 3 + 3)]);
      }
    const twice = await run('cells-2.png', ...words);
    expect(await sharp(twice.bytes).metadata()).toMatchObject({ width: info.width * 2, height: info.height * 2 });
  });

  test('with a picture, caption and bar is the same as SVG and as PNG', async () => {
    const words = ['--view', 'rollout', '--smooth', '--scale', '2'];
    const png = await sharp((await run('full.png', ...words)).bytes)
      .raw()
      .toBuffer({ resolveWithObject: true });
    const { bytes } = await run('full.svg', ...words);
    expect(bytes.toString()).toContain('Attention rollout');
    const svg = await sharp(bytes, { density: 144, unlimited: true }).raw().toBuffer({ resolveWithObject: true });
    expect(svg.info).toEqual(png.info);
    expect(svg.data.equals(png.data)).toBe(true);
    // The picture is there: its middle has as many colours as pictures have.
    expect((await sharp(png.data, { raw: png.info }).stats()).entropy).toBeGreaterThan(4);
  });
});

describe('refuses', () => {
  const row = ['--view', 'row'];
  test.each([
    ['no picture', [], ['--view', 'row', '--out', 'a.png'], /one picture/],
    ['no view', [PARROT], ['--out', 'a.png'], /--view is one of/],
    ['another view', [PARROT], ['--view', 'cls', '--out', 'a.png'], /--view is one of/],
    ['no output', [PARROT], row, /--out/],
    ['an output of another kind', [PARROT], [...row, '--out', 'a.jpg'], /\.png or \.svg/],
    ['a stage that is not there', [PARROT], [...row, '--stage', '4', '--out', 'a.png'], /This model has 3 stages/],
    ['a stage from 0', [PARROT], [...row, '--stage', '0', '--out', 'a.png'], /--stage is a number from 1/],
    ['a head that is not there', [PARROT], [...row, '--head', '99', '--out', 'a.png'], /Stage 3 has \d+ heads/],
    ['a block that is not there', [PARROT], [...row, '--block', '99', '--out', 'a.png'], /Stage 3 has \d+ blocks?/],
    ['no query without a class token', [PARROT], [...row, '--stage', '1', '--out', 'a.png'], /no class token/],
    ['a query that is no point', [PARROT], [...row, '--query', '12', '--out', 'a.png'], /--query is x,y/],
    ['a query off the picture', [PARROT], [...row, '--query', '99999,1', '--out', 'a.png'], /does not see/],
    ['an option of another view', [PARROT], [...row, '--class', 'cat', '--out', 'a.png'], /--class says nothing/],
    ['a head of a rollout', [PARROT], ['--view', 'rollout', '--head', '1', '--out', 'a.png'], /--head says nothing/],
    [
      'an unknown class',
      [PARROT],
      ['--view', 'attribution', '--class', 'no such', '--out', 'a.png'],
      /No class is called/,
    ],
    ['too large a scale', [PARROT], [...row, '--scale', '5', '--out', 'a.png'], /--scale is/],
    ['colours of the other kind', [PARROT], [...row, '--colors', 'blue-red', '--out', 'a.png'], /--colors is one of/],
  ])('%s', async (_, files, words, message) => {
    const elsewhere = words.map((word) => (word.startsWith('a.') ? join(folder, word) : word));
    await expect(attention([...files, ...elsewhere], running)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(message),
    });
    expect((await readdir(folder)).filter((name) => name.startsWith('a.'))).toEqual([]);
  });

  test('to replace a file unasked', async () => {
    const out = join(folder, 'mine.npy');
    await writeFile(out, 'mine');
    const words = [PARROT, '--view', 'received', '--out', out];
    await expect(attention(words, running)).rejects.toMatchObject({ code: 'output-exists' });
    expect(await readFile(out, 'utf8')).toBe('mine');
    await run('mine.npy', '--view', 'received', '--force');
    expect((await readFile(out)).subarray(1, 6).toString()).toBe('NUMPY');
  });

  test('a picture that is none, by its own code', async () => {
    const broken = join(folder, 'broken.jpg');
    await writeFile(broken, 'no picture');
    const out = join(folder, 'b.png');
    await expect(attention([broken, '--view', 'row', '--out', out], running)).rejects.toMatchObject({
      code: 'image-unknown-format',
    });
  });
});

describe('findClass', () => {
  const names = [['tench', 'Tinca tinca'], ['crane', 'lifting device'], ['crane'], ['7up']];
  test.each([
    ['tench', 0],
    ['TINCA TINCA', 0],
    ['lifting device', 1],
    ['2', 2],
    ['7up', 3],
  ])('takes %s for class %d', (word, index) => expect(findClass(word, names, 4)).toBe(index));
  test.each([
    ['crane', /2 classes: --class 1 or --class 2/],
    ['tin', /Did you mean "Tinca tinca"/],
    ['4', /0 to 3/],
    ['zebra', /No class is called "zebra"\.( See|$)/],
  ])('refuses %s', (word, message) => expect(() => findClass(word, names, 4)).toThrow(message));
});
