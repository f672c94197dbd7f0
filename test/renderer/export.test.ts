import { describe, expect, test } from 'vitest';
import type { AttentionMap } from '../../models/attention/attention-map.ts';
import { beginsAsRecipe, kindOfName } from '../../renderer/pipeline/file-kinds.ts';
import { dropPromise } from '../../renderer/screens/frame/drop-promise.ts';
import { arrayOf } from '../../renderer/screens/inspect/export/array-of.ts';
import { exportName } from '../../renderer/screens/inspect/export/export-names.ts';

function mapOf(change: Partial<AttentionMap> = {}): AttentionMap {
  return {
    view: 'cls',
    stage: 2,
    block: 9,
    head: null,
    token: 0,
    on: 'keys',
    grid: { rows: 1, cols: 2 },
    cells: Float32Array.of(0.25, 0.5),
    cls: 0.25,
    unit: 'probability',
    signed: false,
    uniform: 3,
    ...change,
  };
}

const classes = (index: number) => ['great white shark', 'spider/web'][index]!;

describe('exportName', () => {
  test.each([
    ['parrot.jpg', {}, 'parrot.cls.stage3.block10'],
    ['parrot.jpg', { view: 'rollout', on: 'tokens', block: null }, 'parrot.rollout.stage3'],
    ['parrot.jpg', { view: 'rollout', on: 'pixels', stage: 0, block: null }, 'parrot.rollout.pixels'],
    ['a.b.jpeg', { view: 'row', stage: 0, block: 0, head: 1 }, 'a.b.query.stage1.block1.head2'],
    ['x.png', { view: 'column' }, 'x.attended-by.stage3.block10'],
    [
      'x.png',
      { view: 'attribution', block: null, classes: { target: 0, contrast: 1 } },
      'x.class.great-white-shark.less-spider-web.stage3',
    ],
    ['x.png', { view: 'projection', projectionOf: 'k' }, 'x.projection.k.stage3.block10'],
    ['../..\\con:<é>?.png', {}, 'con-é.cls.stage3.block10'],
    ['.png', {}, 'picture.cls.stage3.block10'],
    ['???', {}, 'picture.cls.stage3.block10'],
  ] as const)('%s, %j', (picture, change, name) => {
    expect(exportName(picture, mapOf(change), classes)).toBe(name);
  });
});

describe('arrayOf', () => {
  const shown = { runId: 'r', map: mapOf(), scale: {} as never, components: null };
  const stage = { depth: 2, heads: 2, grids: {} as never };
  const analysis = { stages: [stage, stage, stage] } as never;

  test('of a map is its cells', () => {
    expect(arrayOf({ shown, atlas: null, analysis })).toEqual({ values: Float32Array.of(0.25, 0.5), shape: [1, 2] });
  });

  test('of an atlas goes by block and head, whatever its order', () => {
    const entry = (block: number, head: number) => ({
      block,
      head,
      map: mapOf({ cells: Float32Array.of(block * 10 + head, 0) }),
      entropy: null,
      distance: null,
    });
    const entries = [entry(1, 1), entry(0, 0), entry(1, 0), entry(0, 1)];
    const atlas = { runId: 'r', stage: 2, entries, order: 'entropy', scale: {} as never, clipped: false } as const;
    expect(arrayOf({ shown, atlas, analysis })).toEqual({
      values: Float32Array.of(0, 0, 1, 0, 10, 0, 11, 0),
      shape: [2, 2, 1, 2],
    });
  });
});

describe('a recipe among dropped files', () => {
  test.each([
    ['parrot.cls.stage3.recipe.json', 'recipe'],
    ['PARROT.RECIPE.JSON', 'recipe'],
    ['config.json', 'companion'],
  ] as const)('%s is a %s by its name', (name, kind) => expect(kindOfName(name)).toBe(kind));

  test.each([
    ['renamed.json', '{\n  "format": "cvt-lens-recipe",', true],
    ['one-line.json', '{"format":"cvt-lens-recipe","version":1}', true],
    ['config.json', '{"model_type": "cvt"}', false],
    ['labels.txt', '"cvt-lens-recipe"', false],
  ])('%s is judged by how it begins', async (name, text, isRecipe) => {
    expect(await beginsAsRecipe(new File([text], name))).toBe(isRecipe);
  });

  test.each([
    [['application/json'], 'none', 'Open the recipe'],
    [['image/png', 'application/json'], 'none', 'Add the picture to the tray, open the recipe'],
    [['application/json'], 'proposed', 'Add to this import'],
    [['text/plain'], 'none', 'A spec, config or labels: drop them with their checkpoint'],
    [['', 'application/json'], 'none', 'Import the model with its spec, config or labels'],
  ] as const)('%j while %s: %s', (types, importing, promise) => {
    expect(dropPromise(types, importing)).toBe(promise);
  });
});
