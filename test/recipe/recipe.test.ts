import { describe, expect, it } from 'vitest';
import { RecipeError } from '../../models/errors.ts';
import { fileDifference, modelDifferences } from '../../models/recipe/differences.ts';
import { parseRecipe, writeRecipe } from '../../models/recipe/recipe.ts';
import { RECIPE } from './a-recipe.ts';

/** The recipe's JSON with one key set, or left out where `value` is undefined. */
function changed(path: string, value: unknown): string {
  const copy = JSON.parse(JSON.stringify(RECIPE));
  const keys = path.split('.');
  const last = keys.pop()!;
  const owner = keys.reduce((object, key) => object[key], copy);
  if (value === undefined) delete owner[last];
  else owner[last] = value;
  return JSON.stringify(copy);
}

function refusal(content: string): RecipeError {
  try {
    parseRecipe(content, 'view.recipe.json');
  } catch (error) {
    if (error instanceof RecipeError) return error;
    throw error;
  }
  throw new Error('It was accepted.');
}

describe('a recipe', () => {
  it('comes back from its file as it was', () => {
    expect(parseRecipe(writeRecipe(RECIPE), 'view.recipe.json')).toEqual(RECIPE);
  });

  it('may hold what a later version of the app adds', () => {
    expect(parseRecipe(changed('view.later', 1), 'r')).toEqual(RECIPE);
  });

  it.each([
    ['format', 'something-else', 'recipe-invalid', 'format'],
    ['format', undefined, 'recipe-invalid', 'format'],
    ['version', 0, 'recipe-invalid', 'version'],
    ['version', 2, 'recipe-newer', 'version 2'],
    ['picture', undefined, 'recipe-invalid', 'picture'],
    ['picture.sha256', 'AB'.repeat(32), 'recipe-invalid', 'picture.sha256'],
    ['picture.bytes', -1, 'recipe-invalid', 'picture.bytes'],
    ['picture.name', '', 'recipe-invalid', 'picture.name'],
    ['model.checkpoint.sha256', 'cd', 'recipe-invalid', 'model.checkpoint.sha256'],
    ['model.spec.DEPTH', [1, 'two', 3], 'recipe-invalid', 'model.spec.DEPTH.1'],
    ['model.activation', 'relu', 'recipe-invalid', 'model.activation'],
    ['input.choice', { kind: 'square', side: 1e9 }, 'recipe-invalid', 'input.choice.side'],
    ['input.crop', { x: 2, y: 0 }, 'recipe-invalid', 'input.crop.x'],
    ['input.preprocessing.height', 0, 'recipe-invalid', 'input.preprocessing.height'],
    ['view.view', 'row', 'recipe-invalid', 'view.view'],
    ['view.stage', '2', 'recipe-invalid', 'view.stage'],
    ['view.blocks', Array.from({ length: 9 }, () => 0), 'recipe-invalid', 'view.blocks'],
    ['view.heads', [0.5], 'recipe-invalid', 'view.heads.0'],
    [
      'view.pins',
      Array.from({ length: 7 }, (_, id) => ({ ...RECIPE.view.pins[0], id: id + 1 })),
      'recipe-invalid',
      'view.pins',
    ],
    ['view.pins', [RECIPE.view.pins[0], RECIPE.view.pins[0]], 'recipe-invalid', 'view.pins'],
    ['view.locked', { probability: { min: 1, max: 0 } }, 'recipe-invalid', 'view.locked.probability'],
    ['view.locked', { metres: { min: 0, max: 1 } }, 'recipe-invalid', 'view.locked'],
    ['view.query', { x: null, y: 1 }, 'recipe-invalid', 'view.query.x'],
    ['drawing.colorMap', 'jet', 'recipe-invalid', 'drawing.colorMap'],
    ['drawing.opacity', 1.5, 'recipe-invalid', 'drawing.opacity'],
    ['scale.factor', 0, 'recipe-invalid', 'scale.factor'],
    ['scale', { ...RECIPE.scale, min: 3 }, 'recipe-invalid', 'scale'],
    ['engine.provider', 'cuda', 'recipe-invalid', 'engine.provider'],
  ])('is refused with %s %j, as %s', (path, value, code, named) => {
    const error = refusal(changed(path, value));
    expect(error.code).toBe(code);
    expect(error.message).toContain('view.recipe.json');
    expect(error.message).toContain(named);
  });

  it.each(['', '{', '[]', 'null', '"cvt-lens-recipe"'])('is refused where the file holds %j', (content) => {
    expect(['recipe-unreadable', 'recipe-invalid']).toContain(refusal(content).code);
  });
});

describe('differences', () => {
  const file = { bytes: 10, sha256: 'a'.repeat(64) };
  it.each([
    ['the same', file, file, null],
    ['another size', file, { bytes: 11, sha256: 'b'.repeat(64) }, 'it has 11 bytes and the recipe’s 10'],
    [
      'other bytes',
      file,
      { bytes: 10, sha256: 'b'.repeat(64) },
      'its SHA-256 begins with bbbbbbbbbbbb and the recipe’s with aaaaaaaaaaaa',
    ],
    ['no checksum to go by', { bytes: 10, sha256: null }, file, null],
    [
      'no checksum, another size',
      { bytes: 10, sha256: null },
      { bytes: 9, sha256: null },
      'it has 9 bytes and the recipe’s 10',
    ],
  ])('of files: %s', (_, recipe, here, difference) => {
    expect(fileDifference(recipe, here)).toBe(difference);
  });

  it('of models name what differs', () => {
    const { spec } = RECIPE.model;
    const precision = { ran: 'fp32' } as const;
    expect(modelDifferences(RECIPE, { spec, activation: 'quick_gelu', numClasses: 1000, precision })).toEqual([]);
    const other = { ...spec, DEPTH: [1, 1, 2], NUM_HEADS: [2, 2, 2] };
    expect(
      modelDifferences(RECIPE, { spec: other, activation: 'gelu', numClasses: 10, precision: { ran: 'int8' } }),
    ).toEqual([
      'its architecture differs in NUM_HEADS, DEPTH',
      'its activation is gelu and the recipe’s quick_gelu',
      'it has 10 classes and the recipe’s 1000',
      'it runs in 8-bit integer and the recipe’s ran in 32-bit float',
    ]);
  });
});
