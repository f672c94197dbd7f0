import { expect, test } from 'vitest';
import { ownWords, wordsToPaths } from '../../electron/desktop/words-to-paths.ts';

test.runIf(process.platform !== 'win32').each<[name: string, words: readonly string[], paths: readonly string[]]>([
  ['nothing', [], []],
  ['a file', ['photo.jpg'], ['/home/ann/photo.jpg']],
  ['an absolute path', ['/x/photo.jpg'], ['/x/photo.jpg']],
  ['several and a folder', ['a.jpg', '../pics'], ['/home/ann/a.jpg', '/home/pics']],
  ['options of ours and of Chromium', ['--enable-features=A', '-x', 'a.jpg', '--no-sandbox'], ['/home/ann/a.jpg']],
  ['a name that begins with a dash', ['--', '-odd.jpg'], ['/home/ann/-odd.jpg']],
  ['an address of a file', ['file:///x/my%20photo.jpg'], ['/x/my photo.jpg']],
  ['an address of another machine', ['file://server/x.jpg'], ['/home/ann/file:/server/x.jpg']],
  ['an empty word', ['', 'a.jpg'], ['/home/ann/a.jpg']],
])('%s', (_, words, paths) => {
  expect(wordsToPaths(words, '/home/ann')).toEqual(paths);
});

test.each([
  [['/opt/electron', '/work', 'a.jpg'], true, ['a.jpg']],
  [['/opt/cvt-lens', 'a.jpg'], false, ['a.jpg']],
] as const)('of %j the words of the user', (argv, isDefaultApp, words) => {
  expect(ownWords(argv, isDefaultApp)).toEqual(words);
});
