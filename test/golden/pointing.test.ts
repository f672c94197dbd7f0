import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadDemoForStudy, type StudyModel } from '../../electron/inference/study-model.ts';
import { normalise, preprocess } from '../../models/image/preprocess.ts';
import { DemoMaps, MAP_NAMES, type MapName } from '../attention/pointing/demo-maps.ts';
import { type Glyph, readGlyphs } from '../attention/pointing/glyphs.ts';
import { areaOf, contains, massInside, overlap, pointerOf, toInput } from '../attention/pointing/pointing.ts';
import { drawPairs, drawScenes, type Scene } from '../attention/pointing/scenes.ts';
import { describeShare, meanOf, pairedWins, shareOf } from '../attention/pointing/tally.ts';

/** Does a map point at what is there? Drawn pictures of objects at known places, the demo checkpoint at its own size. */
const SCENES = 200;
const PAIRS = 30;
const SEED = 4;

let model: StudyModel;
let maps: DemoMaps;
let glyphs: readonly Glyph[];

beforeAll(async () => {
  model = await loadDemoForStudy({ size: null, activation: null, signal: new AbortController().signal });
  maps = new DemoMaps(model);
  glyphs = await readGlyphs();
});

afterAll(async () => {
  await model.close();
});

describe(`one object, ${SCENES} pictures`, () => {
  /** What is asked of every map. */
  interface Answers {
    /** The strongest cell's centre lies in the object's box. */
    readonly centre: boolean[];
    /** The strongest cell's tile has a part in the box. */
    readonly tile: boolean[];
    /** The strongest cell lies in the box when the map is stretched over the picture. */
    readonly stretched: boolean[];
    /** The share of the map's mass that lies in the box. */
    readonly mass: number[];
  }
  const answers = new Map<MapName, Answers>(
    MAP_NAMES.map((name) => [name, { centre: [], tile: [], stretched: [], mass: [] }]),
  );
  const of = (name: MapName): Answers => answers.get(name)!;
  const centreGuess: boolean[] = [];
  const named: boolean[] = [];
  const boxShares: number[] = [];

  beforeAll(async () => {
    const { height, width } = model.preprocessing;
    for (const scene of drawScenes(glyphs, SCENES, SEED)) {
      const { picture, objects } = await studyScene(scene);
      const { label, box } = objects[0]!;
      boxShares.push(areaOf(box) / (height * width));
      centreGuess.push(contains(box, { x: width / 2, y: height / 2 }));
      named.push(model.labels[indexOfLargest(picture.logits)] === label);
      for (const [name, { map, grid }] of await maps.all(picture, label)) {
        const pointer = pointerOf(map, grid);
        of(name).centre.push(contains(box, pointer.centre));
        of(name).tile.push(overlap(box, pointer.tile));
        of(name).stretched.push(contains(box, pointer.stretched));
        of(name).mass.push(massInside(map, grid, box));
      }
    }
    console.log(table());
  }, 600_000);

  // A map is asked about pictures that the network understands; without this the rest would say little.
  test('the network knows what it sees', () => {
    expect(shareOf(named).low).toBeGreaterThan(0.9);
  });

  test('attribution points at the object twice as often as a guess at the centre and five times as often as chance', () => {
    const { low } = shareOf(of('attribution').centre);
    expect(low).toBeGreaterThan(2 * shareOf(centreGuess).value);
    expect(low).toBeGreaterThan(5 * meanOf(boxShares));
  });

  test.each([
    'CLS, last block',
    'CLS, mean of the last stage',
    'received, last block',
    'rollout, stage 3 tokens',
    'rollout, stage 2 tokens',
    'attribution, last block',
  ] as const)('%s: points at the object more often than a guess at the centre', (name) => {
    expect(shareOf(of(name).centre).low).toBeGreaterThan(shareOf(centreGuess).high);
  });

  test.each(MAP_NAMES)('%s: holds more of its mass in the box than an even map, in most pictures', (name) => {
    const more = of(name).mass.map((mass, i) => mass > boxShares[i]!);
    expect(shareOf(more).low).toBeGreaterThan(0.8);
  });

  test.each(['CLS, last block', 'CLS, mean of the last stage', 'attribution'] as const)(
    '%s: true centres find the object where a stretched map misses it, hardly the other way round',
    (name) => {
      expect(pairedWins(of(name).centre, of(name).stretched).low).toBeGreaterThan(0.5);
    },
  );

  function table(): string {
    const percent = (share: number) => `${(100 * share).toFixed(1).padStart(5)} %`;
    const lines = [
      `Demo checkpoint at ${model.preprocessing.width}×${model.preprocessing.height}, ${SCENES} pictures of seed ${SEED}; 95 % intervals in brackets`,
      `named correctly              ${describeShare(shareOf(named))}`,
      `centre guess                 ${describeShare(shareOf(centreGuess))}`,
      `box's share of the area      ${percent(meanOf(boxShares))}`,
      `${'strongest cell of'.padEnd(28)} ${'its centre in the box'.padEnd(21)}  ${'its tile touches it'.padEnd(21)}  ${'stretched map'.padEnd(21)}  mass in the box`,
    ];
    for (const [name, { centre, tile, stretched, mass }] of answers) {
      const shares = [centre, tile, stretched].map((outcomes) => describeShare(shareOf(outcomes)).padEnd(21));
      lines.push(`${name.padEnd(28)} ${shares.join('  ')}  ${percent(meanOf(mass))}`);
    }
    return lines.join('\n');
  }
});

describe(`two objects, ${PAIRS} pictures: which of them a map speaks of`, () => {
  /** For each object of each picture: the map's strongest cell lies in this object's box, not the other's. */
  const found = { cls: [] as boolean[], attribution: [] as boolean[], contrast: [] as boolean[] };

  beforeAll(async () => {
    for (const scene of drawPairs(glyphs, PAIRS, SEED)) {
      const { picture, objects } = await studyScene(scene);
      const cls = await maps.cls(picture);
      for (const [i, { label, box }] of objects.entries()) {
        const other = objects[1 - i]!;
        const attribution = await maps.attribution(picture, label, null, null);
        const contrast = await maps.attribution(picture, label, other.label, null);
        found.cls.push(contains(box, pointerOf(cls.map, cls.grid).centre));
        found.attribution.push(contains(box, pointerOf(attribution.map, attribution.grid).centre));
        found.contrast.push(contains(box, pointerOf(contrast.map, contrast.grid).centre));
      }
    }
    const lines = Object.entries(found).map(([name, held]) => `${name.padEnd(28)} ${describeShare(shareOf(held))}`);
    console.log(
      [`${PAIRS} pictures of two objects; strongest cell's centre in the box of the one asked for`, ...lines].join(
        '\n',
      ),
    );
  }, 600_000);

  // The two boxes do not meet, so that a map that is asked nothing is right at most every other time.
  test('attribution and contrast find the one that is asked for, which CLS attention cannot', () => {
    expect(shareOf(found.attribution).low).toBeGreaterThan(shareOf(found.cls).high);
    expect(shareOf(found.contrast).low).toBeGreaterThan(shareOf(found.cls).high);
  });
});

/** Runs the network on a scene; boxes in its input. */
async function studyScene(scene: Scene) {
  const { rgb, window } = preprocess(scene.pixels, model.preprocessing);
  const picture = await model.study(normalise(rgb, model.preprocessing));
  return { picture, objects: scene.objects.map(({ label, box }) => ({ label, box: toInput(window, box) })) };
}

function indexOfLargest(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > values[best]! ? index : best), 0);
}
