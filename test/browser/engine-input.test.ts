import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeImage } from '../../electron/decode-image.ts';
import { loadDemo } from '../../electron/inference/load-model.ts';
import { faithfulnessCurves, faithfulnessRuns } from '../../models/attention/faithfulness.ts';
import { inputRect } from '../../models/attention/geometry.ts';
import { stageGrids } from '../../models/cvt/grids.ts';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { type InputChoice, preprocessingOf } from '../../models/image/input-size.ts';
import { normalise, type Pixels, preprocess } from '../../models/image/preprocess.ts';
import { type CropPosition, cropSquare, type Preprocessing } from '../../models/image/preprocessing.ts';
import { softmax } from '../../models/predictions.ts';
import { type EnginePage, type EngineServer, ok, openEnginePage, serveEngine } from './engine-harness.ts';
import type { RemoteModel, RemotePlan } from './engine-page/page.ts';

const NAME = 'portrait.png';
const BASE = cropSquare(96);
const SIGNAL = new AbortController().signal;

let server: EngineServer;
let chromium: EnginePage;
let picture: Pixels;
let base64: string;
let spec: ReturnType<typeof parseSpecText>;
let model: RemoteModel;

beforeAll(async () => {
  const bytes = await readFile(new URL(`../golden/preprocess/${NAME}`, import.meta.url));
  picture = await decodeImage(NAME, bytes);
  base64 = bytes.toString('base64');
  spec = parseSpecText(await readFile(new URL('../../models/demo/spec.json', import.meta.url), 'utf8'), 'spec.json');
  server = await serveEngine();
  model = {
    id: 'cvt-demo',
    title: 'Demo',
    weights: { kind: 'url', url: `${server.url}cvt-demo.safetensors` },
    spec: toOfficialSpec(spec),
    activation: null,
    preprocessing: BASE,
  };
  chromium = await openEnginePage(server, { webgpu: false });
  ok(await chromium.page.evaluate(() => window.lens.configure('wasm')));
});
afterAll(async () => {
  await chromium?.close();
  await server?.close();
});

const input = (choice: InputChoice, crop: CropPosition | null = null) => preprocessingOf(BASE, choice, crop, picture);

const analyse = (preprocessing: Preprocessing) =>
  chromium.page.evaluate(([m, name, bytes]) => window.lens.analyze(m, name, bytes), [
    { ...model, preprocessing },
    NAME,
    base64,
  ] as const);

/** The same picture by way of Node: another decoder, another build of the runtime. */
async function inNode(preprocessing: Preprocessing) {
  const { height: rows, width: cols } = preprocessing;
  const node = await loadDemo({ activation: null, size: { rows, cols }, signal: SIGNAL });
  const { rgb, window } = preprocess(picture, preprocessing);
  const values = normalise(rgb, preprocessing);
  return { node, values, window, logits: await node.logits(values) };
}

describe('any input', () => {
  it.each<InputChoice>([
    { kind: 'whole', along: 'shorter', side: 96 },
    { kind: 'whole', along: 'longer', side: 250 },
    { kind: 'free', width: 200, height: 72, fit: 'crop' },
    { kind: 'free', width: 61, height: 99, fit: 'stretch' },
  ])('%j gives the logits that Node computes, on grids of that shape', async (choice) => {
    const preprocessing = input(choice);
    const { node, logits, window } = await inNode(preprocessing);
    await node.close();
    const answer = ok(await analyse(preprocessing));
    expect(largestDifference(answer.logits, logits)).toBeLessThan(1e-3);
    expect(answer.window).toEqual(window);
    const grids = stageGrids(spec, preprocessing.height, preprocessing.width);
    expect(answer.stages.map((stage) => stage.grids)).toEqual(grids);
    for (const [stage, { keys, cls }] of grids.entries())
      for (const map of answer.received[stage]!) expect(map).toHaveLength(cls + keys.rows * keys.cols);
    if (choice.kind !== 'whole') return;
    const { left, top, right, bottom } = inputRect(answer.window);
    expect([left, top, right, bottom]).toEqual([0, 0, expect.closeTo(picture.width), expect.closeTo(picture.height)]);
  });

  it('sees what the moved crop holds', async () => {
    const centre = ok(await analyse(input({ kind: 'own' })));
    const crop = { x: 0.5, y: 1 };
    const { node, logits } = await inNode(input({ kind: 'own' }, crop));
    await node.close();
    const moved = ok(await analyse(input({ kind: 'own' }, crop)));
    expect(largestDifference(moved.logits, logits)).toBeLessThan(1e-3);
    expect(largestDifference(moved.logits, centre.logits)).toBeGreaterThan(0.01);
    expect(inputRect(moved.window).bottom).toBeCloseTo(picture.height, 6);
    expect(inputRect(centre.window).bottom).toBeLessThan(picture.height - 10);
  });

  it('refuses what is beyond the engine, and goes on', async () => {
    const refused = await analyse(input({ kind: 'free', width: 4000, height: 3000, fit: 'stretch' }));
    expect(refused).toMatchObject({ ok: false, name: 'EngineError', code: 'input-too-large' });
    expect(refused).toMatchObject({
      message: expect.stringMatching(/^4000×3000 would need .*560 GB.* is the largest/),
    });
    const tiny = await analyse(input({ kind: 'free', width: 1, height: 1, fit: 'stretch' }));
    expect(tiny).toMatchObject({ ok: false, name: 'SpecError', code: 'input-too-small' });
    expect(ok(await analyse(input({ kind: 'own' }))).logits).toHaveLength(100);
  });
});

describe('faithfulness', () => {
  const test = (plan: RemotePlan, preprocessing: Preprocessing, cancelAt: number | null = null) =>
    chromium.page.evaluate(([m, name, bytes, p, at]) => window.lens.faithfulness(m, name, bytes, p, at), [
      { ...model, preprocessing },
      NAME,
      base64,
      plan,
      cancelAt,
    ] as const);
  const planFor = async (preprocessing: Preprocessing): Promise<RemotePlan> => {
    const answer = ok(await analyse(preprocessing));
    const { cls } = stageGrids(spec, preprocessing.height, preprocessing.width)[2]!;
    const cells = answer.received[2]!.at(-1)!.slice(cls);
    const classIndex = answer.logits.indexOf(Math.max(...answer.logits));
    return { stage: 2, on: 'keys', cells, classIndex, steps: 4, randomOrders: 2, seed: 7 };
  };

  it('gives the curves of a direct computation, run by run', async () => {
    const preprocessing = input({ kind: 'whole', along: 'shorter', side: 96 });
    const plan = await planFor(preprocessing);
    const { curves, steps } = ok(await test(plan, preprocessing));
    const { node, values } = await inNode(preprocessing);
    const { height, width } = preprocessing;
    const full = { ...plan, cells: Float32Array.from(plan.cells) };
    const expected = await faithfulnessCurves(
      full,
      { spec, height, width, values },
      async (each) => softmax(await node.logits(each))[plan.classIndex]!,
    );
    await node.close();
    expect(curves.shares).toEqual(expected.shares);
    for (const name of ['deletion', 'insertion', 'randomDeletion', 'randomInsertion'] as const) {
      expect(largestDifference(curves[name].probabilities, expected[name].probabilities), name).toBeLessThan(1e-4);
      expect(curves[name].area).toBeCloseTo(expected[name].area, 4);
    }
    const total = faithfulnessRuns(full);
    expect(steps).toEqual(Array.from({ length: total + 1 }, (_, done) => `${done}/${total}`));
  });

  it('stops between two runs, and the engine answers the next', async () => {
    const plan = { ...(await planFor(BASE)), steps: 9, randomOrders: 100 };
    expect(await test(plan, BASE, 3)).toMatchObject({ ok: false, code: 'cancelled' });
    expect(ok(await analyse(BASE)).logits).toHaveLength(100);
  });

  it('refuses a class and a map that the network does not have', async () => {
    const plan = await planFor(BASE);
    expect(await test({ ...plan, classIndex: 100 }, BASE)).toMatchObject({ ok: false, code: 'engine-bad-request' });
    expect(await test({ ...plan, cells: plan.cells.slice(1) }, BASE)).toMatchObject({ code: 'engine-bad-request' });
  });
});

it('keeps within the content security policy', () => expect(chromium.complaints).toEqual([]));

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...Array.from(a, (value, index) => Math.abs(value - b[index]!)));
}
