import { describe, expect, test, vi } from 'vitest';
import { CommandPost } from '../../electron/desktop/command-post.ts';
import { pathOpener, pathsHandedOver } from '../../electron/desktop/open-paths.ts';
import { placesOf } from '../../electron/preload/places-of.ts';

describe('commands of the menus', () => {
  test('wait for a page that listens, in their order', () => {
    const windows = { deliver: vi.fn(), show: vi.fn() };
    const post = new CommandPost(windows);
    post.run('about');
    post.run('open');
    expect(windows.show).toHaveBeenCalledTimes(2);
    expect(windows.deliver).not.toHaveBeenCalled();
    post.pageListens();
    post.run('import');
    expect(windows.deliver.mock.calls.flat()).toEqual(['about', 'open', 'import']);
    expect(windows.show).toHaveBeenCalledTimes(2);
  });

  test('wait again once the window is closed or loaded again, and come once', () => {
    const windows = { deliver: vi.fn(), show: vi.fn() };
    const post = new CommandPost(windows);
    post.pageListens();
    post.pageIsGone();
    post.run('about');
    expect(windows.deliver).not.toHaveBeenCalled();
    post.pageListens();
    post.pageListens();
    expect(windows.deliver).toHaveBeenCalledExactlyOnceWith('about');
  });
});

test('what is there is remembered and told to the system; what is gone leaves the list', async () => {
  const parts = {
    given: { give: vi.fn(async () => ['/a.jpg']) },
    recents: { note: vi.fn(async () => {}), forget: vi.fn(async () => {}) },
    tellSystem: vi.fn(),
  };
  await pathOpener(parts)(['/a.jpg', '/gone.jpg']);
  expect(parts.recents.note).toHaveBeenCalledExactlyOnceWith(['/a.jpg']);
  expect(parts.recents.forget).toHaveBeenCalledExactlyOnceWith('/gone.jpg');
  expect(parts.tellSystem).toHaveBeenCalledExactlyOnceWith('/a.jpg');
});

test.each([
  [{ paths: ['/a.jpg'] }, ['/a.jpg']],
  [{ paths: ['/a.jpg', 7] }, []],
  [{ paths: '/a.jpg' }, []],
  [null, []],
  ['/a.jpg', []],
  [{ paths: ['x'.repeat(40_000)] }, []],
])('a second start that says %j gives %j', (said, paths) => {
  expect(pathsHandedOver(said)).toEqual(paths);
});

describe('where chosen files lie', () => {
  const file = (place: string, webkitRelativePath = '') => ({ place, webkitRelativePath });
  const placeOf = ({ place }: { place: string }) => place;

  test.each<[string, ReturnType<typeof file>[], string[]]>([
    ['dropped files', [file('/p/a.jpg'), file('/p/b.jpg')], ['/p/a.jpg', '/p/b.jpg']],
    ['a pasted picture', [file('')], []],
    ['a chosen folder', [file('/p/cats/a.jpg', 'cats/a.jpg'), file('/p/cats/x/b.jpg', 'cats/x/b.jpg')], ['/p/cats']],
    ['a folder of Windows', [file('C:\\p\\cats\\x\\b.jpg', 'cats/x/b.jpg')], ['C:\\p\\cats']],
    ['the same twice', [file('/p/a.jpg'), file('/p/a.jpg')], ['/p/a.jpg']],
    ['none', [], []],
  ])('%s', (_, files, places) => {
    expect(placesOf(files, placeOf)).toEqual(places);
  });

  test('of very many the last, and one look for a whole folder', () => {
    const many = Array.from({ length: 1000 }, (_, at) => file(`/p/${at}.jpg`));
    expect(placesOf(many, placeOf)).toHaveLength(32);
    expect(placesOf(many, placeOf).at(-1)).toBe('/p/999.jpg');
    const looks = vi.fn((each: ReturnType<typeof file>) => each.place);
    placesOf(
      many.map(({ place }, at) => file(place, `p/${at}.jpg`)),
      looks,
    );
    expect(looks).toHaveBeenCalledOnce();
  });
});
