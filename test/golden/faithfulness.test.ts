import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LoadedModel, loadDemo } from '../../electron/inference/load-model.ts';
import { loadDemoForStudy, type StudyModel } from '../../electron/inference/study-model.ts';
import { type FaithfulnessCurves, faithfulnessCurves } from '../../models/attention/faithfulness.ts';
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import { softmax } from '../../models/predictions.ts';
import { DemoMaps } from '../attention/pointing/demo-maps.ts';
import { readGlyphs } from '../attention/pointing/glyphs.ts';
import { drawScenes } from '../attention/pointing/scenes.ts';
import { meanOf } from '../attention/pointing/tally.ts';

/** Drawn pictures of the demo checkpoint: few, since each is run two dozen times. */
const SCENES = 6;
const SEED = 4;

let study: StudyModel;
let network: LoadedModel;
const curves: FaithfulnessCurves[] = [];

beforeAll(async () => {
  const options = { size: null, activation: null, signal: new AbortController().signal };
  study = await loadDemoForStudy(options);
  network = await loadDemo(options);
  const maps = new DemoMaps(study);
  const { height, width } = study.preprocessing;
  for (const { pixels, objects } of drawScenes(await readGlyphs(), SCENES, SEED)) {
    const values = normalise(preprocess(pixels, study.preprocessing).rgb, study.preprocessing);
    const { label } = objects[0]!;
    const { map } = await maps.attribution(await study.study(values), label, null, null);
    const classIndex = study.labels.indexOf(label);
    curves.push(
      await faithfulnessCurves(
        { stage: map.stage, on: 'keys', cells: map.cells, classIndex, steps: 7, randomOrders: 1, seed: SEED },
        { spec: study.checkpoint.spec, height, width, values },
        async (input) => softmax(await network.logits(input))[classIndex]!,
      ),
    );
  }
}, 600_000);
afterAll(async () => {
  await study.close();
  await network.close();
});

test('an attribution names the cells that the answer depends on: deletion falls and insertion rises before random orders do', () => {
  console.log(
    [
      `Demo checkpoint, ${SCENES} pictures of seed ${SEED}; mean areas under the curves of the attribution's order and of a random one`,
      ...(['deletion', 'randomDeletion', 'insertion', 'randomInsertion'] as const).map(
        (name) => `${name.padEnd(16)} ${meanOf(curves.map((each) => each[name].area)).toFixed(3)}`,
      ),
    ].join('\n'),
  );
  expect(curves).toHaveLength(SCENES);
  for (const { deletion, randomDeletion, insertion, randomInsertion } of curves) {
    // The same two pictures stand at the ends of all four curves: the whole one and its blur.
    const [whole, blurred] = [deletion.probabilities[0]!, deletion.probabilities.at(-1)!];
    expect([insertion.probabilities.at(-1), randomDeletion.probabilities[0]]).toEqual([whole, whole]);
    expect([insertion.probabilities[0], randomInsertion.probabilities[0]]).toEqual([blurred, blurred]);
    expect(whole).toBeGreaterThan(0.5);
    expect(deletion.area).toBeLessThan(randomDeletion.area);
    expect(insertion.area).toBeGreaterThan(randomInsertion.area);
  }
});
