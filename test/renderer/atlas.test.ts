import { describe, expect, test } from 'vitest';
import type { HeadStatistics } from '../../models/attention/head-statistics.ts';
import type { StageReport } from '../../renderer/engine/protocol.ts';
import {
  flowLayout,
  gridLayout,
  mapCorner,
  moveFocus,
  SMALL_MAP,
} from '../../renderer/screens/inspect/atlas/atlas-layout.ts';
import { atlasEntries, atlasScale, ordered, transposed } from '../../renderer/screens/inspect/atlas/atlas-maps.ts';
import { captionOf, countText, entryName } from '../../renderer/screens/inspect/atlas/atlas-words.ts';

/** Two blocks of three heads over 1×2 keys and CLS. */
const STAGE: StageReport = {
  grids: { tokens: { rows: 2, cols: 4 }, keys: { rows: 1, cols: 2 }, cls: 1 },
  heads: 3,
  depth: 2,
};

// Entry n has CLS 100 + n and the cells n and 10 + n.
const ROWS = Float32Array.from(Array.from({ length: 6 }, (_, n) => [100 + n, n, 10 + n]).flat());

const STATISTICS: readonly HeadStatistics[] = [
  {
    received: Float32Array.of(0.2, 0.3, 0.5, 0.1, 0.2, 0.7, 0, 0.5, 0.5),
    entropy: Float32Array.of(1.5, 0.5, 1),
    distance: Float32Array.of(40, 30, 10),
  },
  {
    received: Float32Array.of(0.4, 0.3, 0.3, 0.6, 0.2, 0.2, 0.8, 0.1, 0.1),
    entropy: Float32Array.of(0.5, 0.25, 2),
    distance: Float32Array.of(5, 50, 20),
  },
];

const places = (entries: ReturnType<typeof ordered>) => entries.map(({ block, head }) => `${block}.${head}`);

describe('the maps of an atlas', () => {
  const rows = { kind: 'rows', query: 5, values: ROWS } as const;

  test('are every head of every block with its own values and statistics', () => {
    const entries = atlasEntries(2, STAGE, rows, STATISTICS);
    expect(places(entries)).toEqual(['0.0', '0.1', '0.2', '1.0', '1.1', '1.2']);
    for (const [n, { map, block, head }] of entries.entries()) {
      expect([...map.cells]).toEqual([n, 10 + n]);
      expect(map).toMatchObject({ view: 'row', stage: 2, block, head, token: 5, cls: 100 + n, unit: 'probability' });
    }
    expect(entries[4]).toMatchObject({ entropy: 0.25, distance: 50 });
  });

  test('stand without statistics until those are there', () => {
    const [first] = atlasEntries(2, STAGE, rows, null);
    expect(first).toMatchObject({ entropy: null, distance: null });
  });

  test('of received attention are each head’s own', () => {
    const entries = atlasEntries(2, STAGE, { kind: 'received', statistics: STATISTICS }, STATISTICS);
    expect([...entries[5]!.map.cells]).toEqual([...Float32Array.of(0.1, 0.1)]);
    expect(entries[5]!.map.cls).toBeCloseTo(0.8);
  });

  test('of an attribution are signed, and a contrast is subtracted', () => {
    const attribution = (factor: number) => ({
      index: factor,
      logit: 0,
      sum: 0,
      keys: ROWS.map((value) => factor * value),
      attentionBias: new Float32Array(2),
      mlp: new Float32Array(2),
      initial: 0,
      bias: 0,
    });
    const source = { kind: 'attribution', target: attribution(3), contrast: attribution(5) } as const;
    const entries = atlasEntries(2, STAGE, source, null);
    expect([...entries[1]!.map.cells]).toEqual([-2, -22]);
    expect(atlasScale(entries, 'zero', {}, false)).toMatchObject({ unit: 'logit', min: -30, max: 30, signed: true });
  });

  test('are refused where they do not fit the stage', () => {
    expect(() => atlasEntries(2, STAGE, { ...rows, values: ROWS.subarray(0, 6) }, null)).toThrow(RangeError);
  });

  test('share one scale, which CLS has no part in', () => {
    const entries = atlasEntries(2, STAGE, rows, null);
    expect(atlasScale(entries, 'zero', {}, false)).toMatchObject({ unit: 'probability', factor: 1, min: 0, max: 15 });
    expect(atlasScale(entries, 'tight', {}, false)).toMatchObject({ min: 0, max: 15 });
    expect(atlasScale(entries.slice(2), 'tight', {}, false)).toMatchObject({ min: 2, max: 15 });
    expect(atlasScale(entries, 'shared', {}, false)).toMatchObject({ unit: '× uniform', factor: 3, max: 45 });
    expect(atlasScale(entries, 'locked', { probability: { min: 1, max: 2 } }, false)).toMatchObject({ min: 1, max: 2 });
    expect(atlasScale([], 'zero', {}, false)).toBeNull();
  });

  test('may end their scale where all but a hundredth of the cells are within', () => {
    // 200 cells of 0 to 199, as 100 maps of two.
    const values = Float32Array.from({ length: 300 }, (_, at) =>
      at % 3 === 0 ? 1e6 : 2 * Math.floor(at / 3) + (at % 3) - 1,
    );
    const entries = atlasEntries(2, { ...STAGE, depth: 50, heads: 2 }, { ...rows, values }, null);
    expect(atlasScale(entries, 'zero', {}, false)).toMatchObject({ min: 0, max: 199 });
    expect(atlasScale(entries, 'zero', {}, true)).toMatchObject({ min: 0, max: 197 });
    expect(atlasScale(entries, 'shared', {}, true)).toMatchObject({ min: 0, max: 197 * 3 });
    const locked = { probability: { min: 0, max: 500 } };
    expect(atlasScale(entries, 'locked', locked, true)).toMatchObject({ min: 0, max: 500 });
  });

  test.each([
    ['block', ['0.0', '0.1', '0.2', '1.0', '1.1', '1.2']],
    ['entropy', ['1.1', '0.1', '1.0', '0.2', '0.0', '1.2']],
    ['distance', ['1.0', '0.2', '1.2', '0.1', '0.0', '1.1']],
  ] as const)('are ordered by %s', (order, expected) => {
    expect(places(ordered(atlasEntries(2, STAGE, rows, STATISTICS), order))).toEqual(expected);
    // Without the statistics nothing moves.
    expect(places(ordered(atlasEntries(2, STAGE, rows, null), order))).toEqual(
      places(atlasEntries(2, STAGE, rows, null)),
    );
  });

  test('have names and captions with their numbers', () => {
    const [, , entry] = atlasEntries(2, STAGE, rows, STATISTICS);
    expect(entryName(entry!)).toBe('stage 3, block 1, head 3, entropy 1.0\u202fbits, distance 10\u202fpx');
    expect(captionOf(entry!, 'block', 200)).toBe('');
    expect([120, 60, 40].map((width) => captionOf(entry!, 'entropy', width))).toEqual([
      'b1 h3 · 1.0\u202fbits',
      '1.0\u202fbits',
      '1.0',
    ]);
    expect(captionOf(entry!, 'distance', 40)).toBe('10\u202fpx');
    expect(entryName(atlasEntries(0, STAGE, rows, null)[0]!)).toBe('stage 1, block 1, head 1');
    expect(countText(1, 6)).toBe('1 block × 6 heads');
  });
});

describe('the layout of an atlas', () => {
  const rooms = [
    { width: 532, height: 380 },
    { width: 792, height: 500 },
    { width: 1280, height: 760 },
    { width: 3000, height: 1500 },
  ];
  const stages = [
    { blocks: 1, heads: 1 },
    { blocks: 4, heads: 4 },
    { blocks: 10, heads: 6 },
    { blocks: 20, heads: 16 },
  ];
  const cases = rooms.flatMap((room) =>
    stages.flatMap((stage) => [1, 0.4, 2.5].map((aspect) => ({ room, ...stage, aspect }))),
  );

  test.each(cases)('%o lies inside its content, nothing over anything', ({ room, blocks, heads, aspect }) => {
    for (const layout of [gridLayout(blocks, heads, aspect, room), flowLayout(blocks * heads, aspect, room)]) {
      expect(layout.rows * layout.columns).toBeGreaterThanOrEqual(blocks * heads);
      expect(layout.pitchX).toBeGreaterThan(layout.mapWidth);
      expect(layout.pitchY).toBeGreaterThan(layout.mapHeight);
      expect(layout.mapWidth / layout.mapHeight / aspect).toBeGreaterThan(0.85);
      expect(layout.mapWidth / layout.mapHeight / aspect).toBeLessThan(1.15);
      const last = mapCorner(layout, layout.columns * layout.rows - 1);
      expect(mapCorner(layout, 0).x).toBeGreaterThanOrEqual(0);
      expect(last.x + layout.mapWidth).toBeLessThanOrEqual(layout.width);
      expect(last.y + layout.mapHeight).toBeLessThanOrEqual(layout.height);
      // It scrolls only where maps would otherwise be too small.
      if (layout.height > room.height || layout.width > room.width)
        expect(Math.max(layout.mapWidth, layout.mapHeight)).toBeLessThanOrEqual(SMALL_MAP);
    }
  });

  test('lays many blocks of few heads across where that makes the maps larger', () => {
    const room = { width: 792, height: 500 };
    expect(gridLayout(10, 6, 1, room)).toMatchObject({ transposed: true, columns: 10, rows: 6 });
    expect(gridLayout(10, 6, 1, room).mapWidth).toBeGreaterThan(60);
    expect(gridLayout(10, 6, 1, { width: 500, height: 800 })).toMatchObject({ transposed: false, columns: 6 });
    expect(gridLayout(4, 4, 1, room).transposed).toBe(false);
    const entries = atlasEntries(2, STAGE, { kind: 'rows', query: 0, values: ROWS }, null);
    expect(places(transposed(entries))).toEqual(['0.0', '1.0', '0.1', '1.1', '0.2', '1.2']);
  });

  test('keeps the rows of W24’s last stage within the width of a common window, and scrolls downwards', () => {
    const layout = gridLayout(20, 16, 1, { width: 792, height: 500 });
    expect(layout.width).toBe(792);
    expect(layout.height).toBeGreaterThan(500);
    expect(layout.columns).toBe(16);
  });

  test('in reading order is never smaller than as a grid', () => {
    for (const { room, blocks, heads, aspect } of cases)
      expect(flowLayout(blocks * heads, aspect, room).mapWidth).toBeGreaterThanOrEqual(
        Math.min(SMALL_MAP * Math.min(1, aspect), gridLayout(blocks, heads, aspect, room).mapWidth * 0.7) - 1,
      );
  });
});

test.each([
  // Seven cells in rows of three.
  ['ArrowRight', 1, 2],
  ['ArrowRight', 2, 2],
  ['ArrowRight', 6, 6],
  ['ArrowLeft', 3, 3],
  ['ArrowLeft', 4, 3],
  ['ArrowDown', 3, 6],
  ['ArrowDown', 4, 4],
  ['ArrowUp', 2, 2],
  ['ArrowUp', 5, 2],
  ['Home', 5, 3],
  ['End', 3, 5],
  ['End', 6, 6],
  ['m', 3, null],
])('%s takes the focus from cell %i to %s', (key, from, to) => {
  expect(moveFocus(key, from, 3, 7)).toBe(to);
});
