import { expect, test } from 'vitest';
import {
  cellUnder,
  extentInPicture,
  stageTiles,
  tileInPicture,
  tokenUnder,
  windowCentre,
} from '../../renderer/pipeline/tiles.ts';
import { analysis, REPORT } from './fake-engine.ts';

const { window } = analysis('r');
const tiles = stageTiles(REPORT, window);

test('the tiles of every grid cover what the network sees once, in order', () => {
  for (const { keys, tokens } of tiles)
    for (const { x, y } of [keys, tokens]) {
      expect([x[0], x.at(-1), y[0], y.at(-1)]).toEqual([32, 96, 0, 64]);
      for (const edges of [x, y]) expect([...edges]).toEqual([...edges].sort((a, b) => a - b));
    }
});

test('tiles are placed by the convolutions, not stretched', () => {
  // Keys of stage 3 are centred on pixels 32u + 1, so that their border lies at 17.5 of the input, not at its middle.
  expect([...tiles[2]!.keys.x]).toEqual([32, 32 + 17.5, 96]);
});

test('a point finds the cell whose tile it lies on, and none outside of the crop', () => {
  const { keys } = tiles[1]!;
  const tile = tileInPicture(keys, 6);
  expect(cellUnder(keys, { x: tile.left, y: tile.top })).toBe(6);
  expect(cellUnder(keys, { x: tile.right - 0.01, y: tile.bottom - 0.01 })).toBe(6);
  expect(cellUnder(keys, { x: 31.9, y: 10 })).toBeNull();
  expect(cellUnder(keys, { x: 96, y: 10 })).toBeNull();
});

test('queries are counted with CLS where the stage has one', () => {
  expect(tokenUnder(tiles[0]!, { x: 32, y: 0 })).toBe(0);
  expect(tokenUnder(tiles[2]!, { x: 32, y: 0 })).toBe(1);
});

test('extents reach beyond tiles and stay inside the crop', () => {
  const { keys } = tiles[2]!;
  const extent = extentInPicture(keys, 0);
  expect(extent.right).toBeGreaterThan(tileInPicture(keys, 0).right);
  expect(extent.left).toBe(32);
});

test('the middle of what is seen', () => {
  expect(windowCentre(window)).toEqual({ x: 64, y: 32 });
});
