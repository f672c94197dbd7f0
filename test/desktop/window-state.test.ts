import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bounds, MIN_SIZE, placeWindow, WindowStateFile } from '../../electron/desktop/window-state.ts';

const MAIN: Bounds = { x: 0, y: 25, width: 1920, height: 1055 };
const RIGHT: Bounds = { x: 1920, y: 0, width: 2560, height: 1440 };
const ABOVE: Bounds = { x: 0, y: -1080, width: 1920, height: 1080 };

const at = (x: number, y: number, width = 1200, height = 800) => ({
  bounds: { x, y, width, height },
  maximized: false,
});

test.each<[string, ReturnType<typeof at> | null, readonly Bounds[], ReturnType<typeof placeWindow>]>([
  ['a first start', null, [MAIN], { size: { width: 1360, height: 900 }, position: null, maximized: false }],
  [
    'a first start on a small display',
    null,
    [{ x: 0, y: 0, width: 1280, height: 720 }],
    { size: { width: 1280, height: 720 }, position: null, maximized: false },
  ],
  [
    'where it was',
    at(100, 100),
    [MAIN],
    { size: { width: 1200, height: 800 }, position: { x: 100, y: 100 }, maximized: false },
  ],
  [
    'maximised',
    { ...at(100, 100), maximized: true },
    [MAIN],
    { size: { width: 1200, height: 800 }, position: { x: 100, y: 100 }, maximized: true },
  ],
  [
    'on the second display',
    at(2000, 50),
    [MAIN, RIGHT],
    { size: { width: 1200, height: 800 }, position: { x: 2000, y: 50 }, maximized: false },
  ],
  [
    'on a display above, with negative places',
    at(10, -1000),
    [MAIN, ABOVE],
    { size: { width: 1200, height: 800 }, position: { x: 10, y: -1000 }, maximized: false },
  ],
  [
    'the second display is gone',
    at(2000, 50),
    [MAIN],
    { size: { width: 1200, height: 800 }, position: null, maximized: false },
  ],
  [
    'between two displays',
    at(1500, 100),
    [MAIN, RIGHT],
    { size: { width: 1200, height: 800 }, position: { x: 1500, y: 100 }, maximized: false },
  ],
  [
    'hanging over the left edge',
    at(-1000, 100),
    [MAIN],
    { size: { width: 1200, height: 800 }, position: { x: -1000, y: 100 }, maximized: false },
  ],
  [
    'too little of it on the display',
    at(-1150, 100),
    [MAIN],
    { size: { width: 1200, height: 800 }, position: null, maximized: false },
  ],
  [
    'its title above the display',
    at(100, -50),
    [MAIN],
    { size: { width: 1200, height: 800 }, position: null, maximized: false },
  ],
  [
    'its title below the display',
    at(100, 1070),
    [MAIN],
    { size: { width: 1200, height: 800 }, position: null, maximized: false },
  ],
  [
    'larger than the display became',
    at(0, 25, 3000, 2000),
    [MAIN],
    { size: { width: 1920, height: 1055 }, position: { x: 0, y: 25 }, maximized: false },
  ],
  ['smaller than it may be', at(0, 25, 10, 10), [MAIN], { size: MIN_SIZE, position: null, maximized: false }],
  [
    'no display at all',
    at(5, 5, 1000, 700),
    [],
    { size: { width: 1000, height: 700 }, position: null, maximized: false },
  ],
])('%s', (_, last, displays, placement) => {
  expect(placeWindow(last, displays)).toEqual(placement);
});

describe('the file', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'cvt-lens-window-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  test('keeps the last of several states, whole', async () => {
    const file = new WindowStateFile(home);
    expect(file.read()).toBeNull();
    void file.write(at(1, 2));
    void file.write({ ...at(3, 4), maximized: true });
    await file.close();
    expect(new WindowStateFile(home).read()).toEqual({ ...at(3, 4), maximized: true });
    expect(readdirSync(home)).toEqual(['window.json']);
  });

  test.each([
    '',
    'null',
    '{"bounds":{"x":1}}',
    '{"bounds":{"x":1e9,"y":0,"width":1,"height":1},"maximized":false}',
    '{"bounds":{"x":1,"y":0,"width":-1,"height":1},"maximized":false}',
  ])('what makes no sense (%s) is a first start', (text) => {
    writeFileSync(join(home, 'window.json'), text);
    expect(new WindowStateFile(home).read()).toBeNull();
  });

  test('a disk that refuses is no failure', async () => {
    const file = new WindowStateFile(join(home, 'window.json', 'below'));
    writeFileSync(join(home, 'window.json'), '');
    await expect(file.write(at(1, 2))).resolves.toBeUndefined();
  });
});
