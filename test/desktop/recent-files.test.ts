import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { MOST_RECENT, RecentFiles } from '../../electron/desktop/recent-files.ts';

let home: string;
let pictures: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cvt-lens-recent-'));
  pictures = join(home, 'pictures');
  mkdirSync(join(pictures, 'deep'), { recursive: true });
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function make(name: string): string {
  writeFileSync(join(pictures, name), '');
  return join(pictures, name);
}

const titles = async (recent: RecentFiles) => (await recent.list()).map(({ title }) => title);

test('the latest stands first, once, and survives a restart', async () => {
  const recent = new RecentFiles(home);
  const [a, b] = [make('a.jpg'), make('b.safetensors')];
  await recent.note([a]);
  await recent.note([b, pictures]);
  await recent.note([a]);
  expect(await titles(recent)).toEqual(['a.jpg', 'pictures', 'b.safetensors']);
  const again = new RecentFiles(home);
  expect((await again.list()).map(({ kind }) => kind)).toEqual(['picture', 'folder', 'model']);
  expect(await again.list()).toEqual(await recent.list());
});

test('a page learns names, and ids that lead back', async () => {
  const recent = new RecentFiles(home);
  const path = make('a.jpg');
  await recent.note([path]);
  const [entry] = await recent.list();
  expect(JSON.stringify(entry)).not.toContain(home);
  expect(await recent.pathOf(entry!.id)).toBe(path);
  expect(await recent.pathOf('other')).toBeNull();
});

test('two of one name are told apart by their folder', async () => {
  const recent = new RecentFiles(home);
  await recent.note([make('a.jpg'), make('deep/a.jpg'), make('b.jpg')]);
  expect(await titles(recent)).toEqual(['b.jpg', 'deep/a.jpg', 'pictures/a.jpg']);
});

test('no more than a menu shows are kept', async () => {
  const recent = new RecentFiles(home);
  const paths = Array.from({ length: MOST_RECENT + 5 }, (_, at) => make(`${at}.jpg`));
  await recent.note(paths);
  expect(await titles(recent)).toEqual(Array.from({ length: MOST_RECENT }, (_, at) => `${MOST_RECENT + 4 - at}.jpg`));
});

test('what is not there is not noted, and what goes is forgotten', async () => {
  const recent = new RecentFiles(home);
  const path = make('a.jpg');
  await recent.note([join(pictures, 'never.jpg'), path]);
  expect(await titles(recent)).toEqual(['a.jpg']);
  await recent.forget(path);
  expect(await titles(recent)).toEqual([]);
});

test('whoever listens hears of changes and of nothing else; clearing lasts', async () => {
  const recent = new RecentFiles(home);
  const heard = vi.fn();
  recent.subscribe(heard);
  const path = make('a.jpg');
  await recent.note([path]);
  await recent.note([path]);
  await recent.clear();
  expect(heard.mock.calls.map(([files]) => files.length)).toEqual([1, 0]);
  expect(await new RecentFiles(home).list()).toEqual([]);
});

test.each(['', '{', '{"a":1}', '[{"id":"a"}]'])('a damaged list (%s) is begun anew', async (text) => {
  writeFileSync(join(home, 'recent-files.json'), text);
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const recent = new RecentFiles(home);
  expect(await recent.list()).toEqual([]);
  await recent.note([make('a.jpg')]);
  expect(JSON.parse(readFileSync(join(home, 'recent-files.json'), 'utf8'))).toHaveLength(1);
  said.mockRestore();
});

test('a disk that refuses costs the list of the next start and nothing now', async () => {
  const said = vi.spyOn(console, 'error').mockImplementation(() => {});
  const recent = new RecentFiles(join(make('in-the-way'), 'below'));
  await recent.note([make('a.jpg')]);
  expect(await titles(recent)).toEqual(['a.jpg']);
  expect(said).toHaveBeenCalled();
  said.mockRestore();
});
