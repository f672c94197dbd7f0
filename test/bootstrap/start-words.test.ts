import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { sortWords } from '../../electron/bootstrap/start-words.mjs';

const FROM = resolve('/home/ann');
const at = (name: string) => join(FROM, name);

test.each<[string, readonly string[], ReturnType<typeof sortWords>]>([
  ['nothing', [], { serve: [], window: [], files: [] }],
  ['a picture', ['photo.jpg'], { serve: [], window: [], files: [at('photo.jpg')] }],
  [
    'a picture and a port',
    ['photo.jpg', '--port', '7000'],
    { serve: ['--port', '7000'], window: [], files: [at('photo.jpg')] },
  ],
  ['a port in one word', ['--port=0', 'a.jpg'], { serve: ['--port=0'], window: [], files: [at('a.jpg')] }],
  ['a port without a number', ['--port'], { serve: ['--port'], window: [], files: [] }],
  [
    'options of Electron',
    ['--disable-gpu', 'a.jpg', '--no-open'],
    { serve: ['--no-open'], window: ['--disable-gpu'], files: [at('a.jpg')] },
  ],
  [
    'a name that begins with a dash',
    ['--', '-odd.jpg', '--port'],
    { serve: [], window: [], files: [at('-odd.jpg'), at('--port')] },
  ],
  ['an address', ['file:///x/a.jpg'], { serve: [], window: [], files: ['file:///x/a.jpg'] }],
  ['an empty word', [''], { serve: [], window: [], files: [] }],
])('%s', (_, words, sorted) => {
  expect(sortWords(words, FROM)).toEqual(sorted);
});
