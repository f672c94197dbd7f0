import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { firstOf, GivenFiles, MOST_IN_FOLDER } from '../../electron/desktop/given-files.ts';
import { givenPortionSchema } from '../../renderer/shell/desktop.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvt-lens-given-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function make(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), name);
  }
}

const inFolder = (...names: readonly string[]) => names.map((name) => join(folder, name));

function takeAll(given: GivenFiles) {
  const [files, problems] = [
    [] as { name: string; path: string; inFolder: boolean; url: string; id: string }[],
    [] as string[],
  ];
  for (let more = true; more; ) {
    const portion = givenPortionSchema.parse(given.take());
    files.push(...portion.files);
    problems.push(...portion.problems);
    more = portion.more;
  }
  return { files, problems };
}

test('files come in order, with names and without paths', async () => {
  make('b.jpg', 'a.safetensors', 'c.recipe.json');
  const told = vi.fn();
  const given = new GivenFiles(told);
  expect(await given.give(inFolder('b.jpg', 'a.safetensors', 'c.recipe.json'))).toHaveLength(3);
  expect(told).toHaveBeenCalledOnce();
  const portion = given.take();
  expect(portion.files.map(({ name, inFolder }) => [name, inFolder])).toEqual([
    ['b.jpg', false],
    ['a.safetensors', false],
    ['c.recipe.json', false],
  ]);
  expect(JSON.stringify(portion)).not.toContain(folder);
  expect(given.take()).toEqual({ files: [], problems: [], more: false });
});

test('a page reads what it was told of, and nothing else', async () => {
  make('b.jpg', 'page.html', 'drawing.svg', 'secret.txt');
  const given = new GivenFiles(() => {});
  await given.give(inFolder('b.jpg', 'page.html', 'drawing.svg'));
  const { files } = takeAll(given);
  expect(files.map(({ url }) => given.get(url)?.file)).toEqual(inFolder('b.jpg', 'page.html', 'drawing.svg'));
  // Nothing of the user's becomes a page or a script of the app's origin.
  expect(files.map(({ url }) => given.get(url)?.contentType)).toEqual([
    'image/jpeg',
    'application/octet-stream',
    'application/octet-stream',
  ]);
  expect(files.every(({ url }) => given.get(url)?.page === false)).toBe(true);
  for (const path of [join(folder, 'secret.txt'), '/given/', '/given/secret.txt', `${files[0]!.url}/../secret.txt`])
    expect(given.get(path)).toBeUndefined();
  expect(given.pathOf(files[0]!.id)).toBe(join(folder, 'b.jpg'));
  expect(() => given.pathOf('other')).toThrowError(expect.objectContaining({ code: 'import-gone' }));
});

test('a folder is searched for pictures, in order, and keeps its name', async () => {
  make('pics/b.jpg', 'pics/deep/a.png', 'pics/notes.doc', 'pics/.hidden.jpg');
  const given = new GivenFiles(() => {});
  expect(await given.give(inFolder('pics'))).toEqual(inFolder('pics'));
  expect(takeAll(given).files.map(({ path, inFolder }) => [path, inFolder])).toEqual([
    ['pics/b.jpg', true],
    ['pics/deep/a.png', true],
  ]);
});

test('what is not there, or is nothing to open, is told by its name alone', async () => {
  make('empty/readme.md');
  const given = new GivenFiles(() => {});
  const gone = await given.give([
    ...inFolder('gone.jpg', 'empty'),
    ...(process.platform === 'win32' ? [] : ['/dev/null']),
  ]);
  expect(gone).not.toContain(join(folder, 'gone.jpg'));
  const { files, problems } = takeAll(given);
  expect(files).toEqual([]);
  expect(problems[0]).toBe('gone.jpg: there is nothing at this place. It may have been moved, renamed or removed.');
  expect(problems[1]).toBe('empty: no pictures in this folder.');
  if (process.platform !== 'win32') expect(problems[2]).toBe('null: it is neither a file nor a folder.');
  expect(problems.join()).not.toContain(folder);
});

test.runIf(process.platform !== 'win32')('a folder that leads into itself is searched once', async () => {
  make('pics/a.jpg');
  symlinkSync(join(folder, 'pics'), join(folder, 'pics', 'again'));
  const given = new GivenFiles(() => {});
  await given.give(inFolder('pics'));
  expect(takeAll(given).files.map(({ path }) => path)).toEqual(['pics/a.jpg']);
});

test('very many come in portions, up to a limit that is told', async () => {
  const names = Array.from({ length: MOST_IN_FOLDER + 5 }, (_, at) => `many/${String(at).padStart(5, '0')}.jpg`);
  make(...names);
  const given = new GivenFiles(() => {});
  await given.give(inFolder('many'));
  const first = given.take();
  expect(first.files.length).toBeLessThanOrEqual(128);
  expect(first.more).toBe(true);
  const { files } = takeAll(given);
  expect(first.files.length + files.length).toBe(MOST_IN_FOLDER);
  expect(first.problems).toEqual([
    `many: the first ${MOST_IN_FOLDER} of ${MOST_IN_FOLDER + 5} pictures are opened. Drop the folder on the window for all.`,
  ]);
  // Addresses of long ago are forgotten, so that they do not pile up.
  expect(given.get(first.files[0]!.url)).toBeUndefined();
  expect(given.get(files.at(-1)!.url)).toBeDefined();
});

test('what is given twice at once keeps its order', async () => {
  make('a/1.jpg', 'b.jpg');
  const given = new GivenFiles(() => {});
  await Promise.all([given.give(inFolder('a')), given.give(inFolder('b.jpg'))]);
  expect(takeAll(given).files.map(({ path }) => path)).toEqual(['a/1.jpg', 'b.jpg']);
});

test('the app’s own files come first', () => {
  const own = { file: 'own', contentType: 'a', page: false, hashed: false };
  const other = { ...own, file: 'other' };
  const lookup = firstOf(
    new Map([['/x', own]]),
    new Map([
      ['/x', other],
      ['/y', other],
    ]),
  );
  expect([lookup.get('/x'), lookup.get('/y'), lookup.get('/z')]).toEqual([own, other, undefined]);
});
