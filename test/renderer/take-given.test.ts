import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GivenFiles } from '../../electron/desktop/given-files.ts';
import { APP_ORIGIN } from '../../electron/protocol/app-origin.ts';
import { respond } from '../../electron/protocol/respond.ts';
import { RECIPE_FORMAT } from '../../models/recipe/recipe.ts';
import type { Desktop } from '../../renderer/shell/desktop.ts';
import type { App } from '../../renderer/start.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvt-lens-take-'));
  vi.resetModules();
});
afterEach(() => {
  vi.unstubAllGlobals();
  rmSync(folder, { recursive: true, force: true });
});

function make(name: string, content = name): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The page's side over the main process's real one, `app://` answers included. */
async function start() {
  const listeners = new Set<() => void>();
  const given = new GivenFiles(() => {
    for (const listener of listeners) listener();
  });
  const read: string[] = [];
  vi.stubGlobal('fetch', (url: string, init?: RequestInit) => {
    read.push(url);
    return respond(given, new Request(`${APP_ORIGIN}${url}`, init));
  });
  const desktop: Pick<Desktop, 'onGiven' | 'takeGiven'> = {
    onGiven: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    takeGiven: async () => given.take(),
  };
  const { followGiven } = await import('../../renderer/screens/frame/take-given.ts');
  const { givenIdOf } = await import('../../renderer/shell/given-file.ts');
  const { useImages } = await import('../../renderer/stores/images.ts');
  const { useNotices } = await import('../../renderer/stores/notices.ts');
  const { useScreen } = await import('../../renderer/stores/screen.ts');
  const imports = { begin: vi.fn((_files: readonly File[]) => true), add: vi.fn(() => false) };
  const recipes = { open: vi.fn(async (_file: File) => {}) };
  const app: Pick<App, 'imports' | 'recipes'> = {
    imports: { ...imports, retry: vi.fn(), confirm: vi.fn(), cancel: vi.fn() },
    recipes: { ...recipes, openAnyway: vi.fn(), cancel: vi.fn() },
  };
  const follow = () => followGiven(app as App, desktop as Desktop);
  return { given, givenIdOf, follow, read, imports, recipes, useImages, useNotices, useScreen };
}

const names = ({ images }: { images: readonly { path: string }[] }) => images.map(({ path }) => path);

test('pictures come into the tray in order, with their bytes, and to the front', async () => {
  const { given, follow, useImages, useScreen } = await start();
  useScreen.getState().show('models');
  make('pics/a.png');
  make('pics/c.png');
  await given.give([make('b.jpg', 'bytes of b'), join(folder, 'pics')]);
  follow();
  await vi.waitFor(() => expect(names(useImages.getState())).toEqual(['b.jpg', 'pics/a.png', 'pics/c.png']));
  const [first] = useImages.getState().images;
  expect(await first!.file.text()).toBe('bytes of b');
  expect(first!.file.type).toBe('image/jpeg');
  expect(useImages.getState().selected).toBe(first!.id);
  expect(useScreen.getState().screen).toBe('inspect');
});

test('what is given later, by a second start for instance, comes too', async () => {
  const { given, follow, useImages } = await start();
  const stop = follow();
  await given.give([make('a.jpg')]);
  await vi.waitFor(() => expect(names(useImages.getState())).toEqual(['a.jpg']));
  await given.give([make('b.jpg')]);
  await vi.waitFor(() => expect(names(useImages.getState())).toEqual(['a.jpg', 'b.jpg']));
  stop();
  await given.give([make('c.jpg')]);
  expect(given.waits).toBe(true);
});

test('a checkpoint goes to the import with its spec, and its bytes are not read', async () => {
  const { given, givenIdOf, follow, imports, read } = await start();
  await given.give([make('w.safetensors', 'gigabytes'), make('spec.yaml')]);
  follow();
  await vi.waitFor(() => expect(imports.begin).toHaveBeenCalledOnce());
  const files = imports.begin.mock.calls[0]![0];
  expect(files.map(({ name, size }) => [name, size])).toEqual([
    ['w.safetensors', 0],
    ['spec.yaml', 9],
  ]);
  // The library has both from the disk, by what the page was told.
  expect(files.map((file) => given.pathOf(givenIdOf(file)!))).toEqual([
    join(folder, 'w.safetensors'),
    join(folder, 'spec.yaml'),
  ]);
  expect(read).toHaveLength(1);
});

test.each([
  ['a zip without a name that is known', 'weights', 'PK\x03\x04rest', 'checkpoint'],
  ['an empty file', 'nothing', '', 'picture'],
  ['a picture by another name', 'photo.dat', 'GIF89a', 'picture'],
  ['a recipe by another name', 'view.json', `{"format":"${RECIPE_FORMAT}"`, 'recipe'],
  ['a recipe', 'view.recipe.json', '{}', 'recipe'],
] as const)('%s is known by how it begins', async (_, name, content, kind) => {
  const { given, follow, imports, recipes, useImages } = await start();
  await given.give([make(name, content)]);
  follow();
  await vi.waitFor(() => {
    const seen = {
      checkpoint: imports.begin.mock.calls.length,
      recipe: recipes.open.mock.calls.length,
      picture: useImages.getState().images.length,
    };
    expect(seen).toEqual({ checkpoint: 0, recipe: 0, picture: 0, [kind]: 1 });
  });
});

test('a file that is gone is told of, and the others come', async () => {
  const { given, follow, useImages, useNotices } = await start();
  await given.give([join(folder, 'gone.jpg'), make('a.jpg')]);
  follow();
  await vi.waitFor(() =>
    expect(useNotices.getState().notice?.text).toMatch(/^gone\.jpg: there is nothing at this place/),
  );
  expect(names(useImages.getState())).toEqual(['a.jpg']);
});

test('a file that goes between being found and being read is told of', async () => {
  const { given, follow, useNotices, useImages } = await start();
  const path = make('a.jpg');
  await given.give([path, make('b.jpg')]);
  rmSync(path);
  follow();
  await vi.waitFor(() => expect(useNotices.getState().notice?.text).toBe('a.jpg: it could not be read.'));
  expect(names(useImages.getState())).toEqual(['b.jpg']);
});

test('of many troubles a few are told, and how many more there are', async () => {
  const { given, follow, useNotices } = await start();
  await given.give(Array.from({ length: 6 }, (_, at) => join(folder, `gone-${at}.jpg`)));
  follow();
  await vi.waitFor(() => expect(useNotices.getState().notice?.text).toMatch(/And 3 more could not be opened\.$/));
});
