import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findPictures } from '../../electron/evaluation/find-pictures.ts';

const running = new AbortController().signal;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-find-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function put(...paths: string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), '');
  }
}

describe('pictures of a folder', () => {
  test('are found at any depth in one order, hidden and other files left out', async () => {
    await put(
      'b/2.JPEG',
      'b/10.png',
      'B/1.webp',
      'a.jpg',
      'b/c/d/e.avif',
      '.git/x.jpg',
      'b/._2.jpg',
      'b/notes.txt',
      'ä/ö.png',
    );
    const { paths, unreadable } = await findPictures(folder, running);
    expect(paths).toEqual(['B/1.webp', 'a.jpg', 'b/10.png', 'b/2.JPEG', 'b/c/d/e.avif', 'ä/ö.png']);
    expect(unreadable).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('links are followed, in circles once', async () => {
    await put('real/a.jpg', 'set/own.jpg');
    await symlink(join(folder, 'real'), join(folder, 'set', 'linked'));
    await symlink(join(folder, 'set'), join(folder, 'set', 'circle'));
    await symlink(folder, join(folder, 'real', 'up'));
    await symlink(join(folder, 'real', 'a.jpg'), join(folder, 'set', 'file.jpg'));
    await symlink(join(folder, 'gone.jpg'), join(folder, 'set', 'dangling.jpg'));
    const { paths } = await findPictures(join(folder, 'set'), running);
    // real/up leads outside, to the folder around; from there real and set lie on the way already.
    expect(paths).toEqual(['dangling.jpg', 'file.jpg', 'linked/a.jpg', 'own.jpg']);
  });

  test.each([
    ['a folder that is not there', 'nothing'],
    ['a file', 'a.jpg'],
  ])('%s is refused by name', async (_, name) => {
    await put('a.jpg');
    await expect(findPictures(join(folder, name), running)).rejects.toMatchObject({
      code: 'folder-unreadable',
      message: expect.stringContaining(name),
    });
  });

  test('an interrupt ends the search', async () => {
    await put('a/b.jpg');
    await expect(findPictures(folder, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
  });
});
