import { createHash } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { type Recipe, writeRecipe } from '../../models/recipe/recipe.ts';
import type { LibraryEntry } from '../../renderer/shell/library-entry.ts';
import { RECIPE } from '../recipe/a-recipe.ts';
import { ENTRY, READY, REPORT, settled } from './fake-engine.ts';
import { AVAILABLE, INSTALLED, libraryEntry, snapshot } from './fake-library.ts';

const BYTES = 'the picture';
const SUM = createHash('sha256').update(BYTES).digest('hex');
const MODEL_SUM = 'cd'.repeat(32);
const WEIGHTS = { ...INSTALLED, sha256: MODEL_SUM, size: 80_200_000 };

/** Of the fake engine's model and a picture of a few bytes. */
const OURS: Recipe = {
  ...RECIPE,
  picture: { name: 'mine.png', bytes: BYTES.length, sha256: SUM, width: 128, height: 64 },
  model: {
    id: 'test',
    title: 'Test',
    checkpoint: { bytes: WEIGHTS.size, sha256: MODEL_SUM },
    spec: REPORT.spec,
    activation: REPORT.activation,
    classes: REPORT.numClasses,
  },
  view: { ...RECIPE.view, blocks: [0, 0, 1], heads: [null, 1, null], target: 1 },
};

const fileOf = (recipe: Recipe) => new File([writeRecipe(recipe)], 'view.recipe.json');

/** The stores afresh, the fake model installed and ready, and a flow over them. */
async function start({ entries = [libraryEntry('test', WEIGHTS)], ready = true } = {}) {
  vi.resetModules();
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useLibrary } = await import('../../renderer/stores/library.ts');
  const { useModel } = await import('../../renderer/stores/model.ts');
  const { useNotices } = await import('../../renderer/stores/notices.ts');
  const { useRecipe } = await import('../../renderer/stores/recipes.ts');
  const { useSettings } = await import('../../renderer/stores/settings.ts');
  const { useView, pickChoices } = await import('../../renderer/stores/view.ts');
  const { recipeFlow } = await import('../../renderer/pipeline/recipe-flow.ts');
  useLibrary.setState({ snapshot: snapshot(...entries) });
  useView.getState().setStages(REPORT.stages);
  if (ready) useModel.setState({ state: READY });
  const input = { choose: vi.fn(), moveCrop: vi.fn() };
  const chooseModel = vi.fn(async (id: string) => {
    useModel.setState({ state: { kind: 'ready', id, title: 'Test', entry: { ...ENTRY, id }, report: REPORT } });
  });
  const flow = recipeFlow({ chooseModel, input, samples: [] });
  return {
    flow,
    input,
    chooseModel,
    setEntries: (...now: readonly LibraryEntry[]) => useLibrary.setState({ snapshot: snapshot(...now) }),
    add: (name: string, content: string) => useImages.getState().add([{ name, file: new Blob([content]) }])[0]!,
    select: (id: string) => useImages.getState().select(id),
    selected: () => useImages.getState().selected,
    state: () => useRecipe.getState().state,
    notice: () => useNotices.getState().notice?.text ?? null,
    view: () => useView.getState(),
    choices: () => pickChoices(useView.getState()),
    overlay: () => useSettings.getState().overlay,
  };
}

test('a recipe whose picture and checkpoint are here restores its view, colours and input', async () => {
  const app = await start();
  const id = app.add('another-name.png', BYTES);
  app.add('other.png', 'other');
  await app.flow.open(fileOf(OURS));
  expect(app.state().kind).toBe('none');
  expect(app.selected()).toBe(id);
  const { query, ...choices } = OURS.view;
  expect(app.choices()).toEqual(choices);
  // The query is followed, and nothing is under the pointer.
  expect(app.view()).toMatchObject({ followed: query, hover: null });
  expect(app.overlay()).toMatchObject(OURS.drawing);
  expect(app.chooseModel).not.toHaveBeenCalled();
  expect(app.input.choose).not.toHaveBeenCalled();
  expect(app.input.moveCrop).toHaveBeenCalledWith(id, OURS.input.crop);
  expect(app.notice()).toBe('view.recipe.json is opened.');
});

test('another input is chosen, and another model with the same checkpoint is taken', async () => {
  const app = await start({ entries: [libraryEntry('imported:same', WEIGHTS)] });
  app.add('mine.png', BYTES);
  const choice = { kind: 'square', side: 96 } as const;
  await app.flow.open(fileOf({ ...OURS, input: { ...OURS.input, choice, crop: null } }));
  expect(app.chooseModel).toHaveBeenCalledWith('imported:same');
  expect(app.input.choose).toHaveBeenCalledWith(choice);
  expect(app.input.moveCrop).not.toHaveBeenCalled();
});

test('a missing picture is asked for, and a recipe goes on when it comes', async () => {
  const app = await start();
  await app.flow.open(fileOf(OURS));
  expect(app.state()).toMatchObject({ kind: 'asking', picture: { kind: 'missing' }, model: { kind: 'found' } });
  app.add('mine.png', 'not the picture');
  await settled();
  expect(app.state()).toMatchObject({
    picture: { kind: 'differs', difference: 'it has 15 bytes and the recipe’s 11' },
  });
  const id = app.add('renamed.png', BYTES);
  await settled();
  expect(app.state().kind).toBe('none');
  expect(app.selected()).toBe(id);
});

test('a model that is not on this machine is asked for, and a recipe goes on when it has come', async () => {
  const app = await start({ entries: [libraryEntry('cvt-13-224-1k', AVAILABLE)] });
  app.add('mine.png', BYTES);
  await app.flow.open(fileOf({ ...OURS, model: { ...OURS.model, id: 'cvt-13-224-1k' } }));
  expect(app.state()).toMatchObject({ kind: 'asking', model: { kind: 'missing', id: 'cvt-13-224-1k' } });
  await app.flow.openAnyway();
  expect(app.chooseModel).not.toHaveBeenCalled();
  app.setEntries(libraryEntry('cvt-13-224-1k', WEIGHTS));
  await settled();
  expect(app.chooseModel).toHaveBeenCalledWith('cvt-13-224-1k');
  expect(app.state().kind).toBe('none');
});

test('what differs is opened only if the user wants it so, and then is told', async () => {
  const app = await start({ entries: [libraryEntry('test', { ...WEIGHTS, sha256: 'ef'.repeat(32) })] });
  const id = app.add('mine.png', 'the pictures');
  await app.flow.open(fileOf({ ...OURS, model: { ...OURS.model, classes: 1000 } }));
  expect(app.state()).toMatchObject({
    kind: 'asking',
    picture: { kind: 'differs', id },
    model: { kind: 'differs', difference: 'its SHA-256 begins with efefefefefef and the recipe’s with cdcdcdcdcdcd' },
  });
  expect(app.view().view).toBe('cls');
  await app.flow.openAnyway();
  expect(app.view().view).toBe('attribution');
  expect(app.notice()).toBe(
    'view.recipe.json: mine.png is not the recipe’s picture: it has 12 bytes and the recipe’s 11; ' +
      'Test has another checkpoint: its SHA-256 begins with efefefefefef and the recipe’s with cdcdcdcdcdcd; ' +
      'Test: it has 3 classes and the recipe’s 1000.',
  );
});

test('a recipe that was given up, or followed by another, changes nothing when its parts come', async () => {
  const app = await start();
  await app.flow.open(fileOf(OURS));
  app.flow.cancel();
  app.add('mine.png', BYTES);
  await settled();
  expect(app.view().view).toBe('cls');

  const first = app.flow.open(fileOf(OURS));
  const second = app.flow.open(fileOf({ ...OURS, view: { ...OURS.view, view: 'rollout' } }));
  await Promise.all([first, second]);
  expect(app.view().view).toBe('rollout');
});

test('a model that does not load ends it, with the reason', async () => {
  const app = await start({ ready: false });
  app.chooseModel.mockImplementation(async () => {});
  app.add('mine.png', BYTES);
  await app.flow.open(fileOf(OURS));
  expect(app.state().kind).toBe('none');
  expect(app.notice()).toBe('view.recipe.json: Test could not be loaded.');
  expect(app.view().view).toBe('cls');
});

test.each([
  ['no JSON', '{', /^bad\.json: not JSON/],
  ['a wrong key', writeRecipe(OURS).replace('"cvt-lens-recipe"', '"recipe"'), /^bad\.json: format: /],
  ['far too many bytes', ' '.repeat((1 << 20) + 1), /^bad\.json: 1048577 bytes are too many/],
])('%s is told, and changes nothing', async (_, content, message) => {
  const app = await start();
  await app.flow.open(new File([content], 'bad.json'));
  expect(app.notice()).toMatch(message);
  expect(app.state().kind).toBe('none');
});
