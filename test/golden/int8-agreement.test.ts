import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demoParts } from '../../electron/inference/load-model.ts';
import { loadDemoForStudy } from '../../electron/inference/study-model.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { numericError } from '../../models/compare/numeric-error.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import { softmax } from '../../models/predictions.ts';
import { readGlyphs } from '../attention/pointing/glyphs.ts';
import { drawScenes } from '../attention/pointing/scenes.ts';
import { convert, onCpu } from '../precision/converted.ts';

/** Does the demo checkpoint say the same in 8 bits? Drawn pictures of one object each, at the checkpoint's own size. */
const SCENES = 500;
const SEED = 8;
const TOP = 5;

interface Agreement {
  top1: number;
  /** Of the fp32 top-5, the classes that are in int8's, summed over pictures. */
  shared: number;
  largestShift: number;
  largestMapError: number;
  rightInFp32: number;
  rightInInt8: number;
}

const found: Agreement = {
  top1: 0,
  shared: 0,
  largestShift: 0,
  largestMapError: 0,
  rightInFp32: 0,
  rightInInt8: 0,
};
let close: () => Promise<unknown>;

beforeAll(async () => {
  const { path, parts } = await demoParts({ size: null, activation: null, signal: new AbortController().signal });
  const bytes = new Uint8Array(await readFile(path));
  const checkpoint = await openCvt(new MemorySource(path, bytes), parts);
  const labels = parts.labels ?? [];
  const { preprocessing } = parts;
  const fp32 = await onCpu({ checkpoint, bytes }, 'fp32', preprocessing, { received: true });
  const int8 = await onCpu(await convert(checkpoint, 'int8'), 'int8', preprocessing, { received: true });
  close = () => Promise.all([fp32.release(), int8.release()]);
  const last = `stage2.block${checkpoint.spec.stages[2]!.depth - 1}.received`;
  for (const { pixels, objects } of drawScenes(await readGlyphs(), SCENES, SEED)) {
    const input = normalise(preprocess(pixels, preprocessing).rgb, preprocessing);
    const a = await fp32.run(input);
    const b = await int8.run(input);
    const [p, q] = [softmax(a.get('logits')!), softmax(b.get('logits')!)];
    const [tops, others] = [topOf(p), topOf(q)];
    if (tops[0] === others[0]) found.top1++;
    found.shared += tops.filter((index) => others.includes(index)).length;
    const truth = labels.indexOf(objects[0]!.label);
    if (tops[0] === truth) found.rightInFp32++;
    if (others[0] === truth) found.rightInInt8++;
    found.largestShift = Math.max(found.largestShift, numericError(p, q).max);
    found.largestMapError = Math.max(found.largestMapError, numericError(a.get(last)!, b.get(last)!).max);
  }
  console.log(`int8 against fp32, ${SCENES} scenes of seed ${SEED}: ${JSON.stringify(found)}`);
}, 1_200_000);

afterAll(() => close());

test('a logit’s parts add up to it, but for what layers round', async () => {
  const home = await mkdtemp(join(tmpdir(), 'cvt-int8-'));
  vi.stubEnv('CVT_LENS_HOME', home);
  const { signal } = new AbortController();
  const model = await loadDemoForStudy({ size: null, activation: null, precision: 'int8', signal });
  try {
    for (const { pixels } of drawScenes(await readGlyphs(), 4, SEED)) {
      const { logits, studies } = await model.study(
        normalise(preprocess(pixels, model.preprocessing).rgb, model.preprocessing),
      );
      const top = logits.indexOf(Math.max(...logits));
      const [attribution] = await studies.attribution([top]);
      expect(Math.abs(attribution!.sum - logits[top]!)).toBeLessThan(0.02);
      expect(await studies.row(2, 0, null, 0)).toSatisfy(isDistribution);
    }
  } finally {
    await model.close();
    vi.unstubAllEnvs();
    await rm(home, { recursive: true, force: true });
  }
});

test('the likeliest class agrees in 99 % of the pictures', () => {
  expect(found.top1).toBeGreaterThanOrEqual(0.99 * SCENES);
});

test('of the five likeliest classes 95 % are shared', () => {
  expect(found.shared / (TOP * SCENES)).toBeGreaterThanOrEqual(0.95);
});

test('as many pictures are named rightly, within one in a hundred', () => {
  expect(Math.abs(found.rightInInt8 - found.rightInFp32)).toBeLessThanOrEqual(0.01 * SCENES);
});

test('attention moves by little of what a cell may have', () => {
  expect(found.largestMapError).toBeLessThan(0.1);
});

function isDistribution(row: Float32Array): boolean {
  return row.every((value) => value >= 0) && Math.abs(row.reduce((sum, value) => sum + value, 0) - 1) < 1e-4;
}

function topOf(probabilities: Float32Array): readonly number[] {
  return [...probabilities.keys()].sort((a, b) => probabilities[b]! - probabilities[a]!).slice(0, TOP);
}
