import { beforeEach, describe, expect, test } from 'vitest';
import { stageGeometries, tileOf, toPicture } from '../../models/attention/geometry.ts';
import { toOfficialSpec } from '../../models/cvt/spec.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { inputWindow } from '../../models/image/preprocess.ts';
import { cropSquare, OFFICIAL_224, OFFICIAL_384, type Preprocessing } from '../../models/image/preprocessing.ts';
import { columnSubject, columnWishes, type DoneColumn } from '../../renderer/compare/column-subject.ts';
import { cursorGrid, placeUnder, pressAt, stepCursor } from '../../renderer/compare/linked-cursor.ts';
import type { ColumnMap } from '../../renderer/stores/column-maps.ts';
import {
  blockAt,
  type CompareChoices,
  choicesIn,
  classIn,
  useCompareView,
} from '../../renderer/stores/compare-view.ts';
import { queryPoint } from '../../renderer/stores/view.ts';
import { analysis, ENTRY, REPORT } from './fake-engine.ts';

const PICTURE = { width: 301, height: 217 };
const INPUTS = { 'crop 224': OFFICIAL_224, 'whole 384': OFFICIAL_384, 'crop 96': cropSquare(96) };

/** A finished column of CvT-13 at one input, as the runner leaves it. */
function column(preprocessing: Preprocessing, runId: string): DoneColumn {
  const window = inputWindow(PICTURE.width, PICTURE.height, preprocessing);
  const spec = VARIANTS['cvt-13'];
  const stages = stageGeometries(spec, preprocessing.height, preprocessing.width).map(({ tokens, keys, cls }, at) => ({
    grids: {
      tokens: { rows: tokens.rows.count, cols: tokens.cols.count },
      keys: { rows: keys.rows.count, cols: keys.cols.count },
      cls,
    },
    heads: spec.stages[at]!.numHeads,
    depth: spec.stages[at]!.depth,
  }));
  const report = { ...REPORT, spec: toOfficialSpec(spec), stages };
  return { kind: 'done', entry: ENTRY, report, analysis: { ...analysis(runId), window, stages } };
}

const COLUMNS = Object.entries(INPUTS).map(([name, preprocessing]) => {
  const state = column(preprocessing, name);
  return { name, preprocessing, state, subject: columnSubject(state)! };
});

const CHOICES: CompareChoices = {
  view: 'query',
  stage: 2,
  depth: 1,
  head: null,
  direction: 'attends',
  rolloutFrom: 'answer',
  target: null,
  oneScale: true,
};

beforeEach(() => {
  useCompareView.getState().choose(CHOICES);
  useCompareView.getState().forgetPoints();
});

/** The cell whose tile holds a point of the picture, found by looking at every tile. */
function cellByTiles(preprocessing: Preprocessing, stage: number, of: 'tokens' | 'keys', x: number, y: number): number {
  const grid = stageGeometries(VARIANTS['cvt-13'], preprocessing.height, preprocessing.width)[stage]![of];
  const window = inputWindow(PICTURE.width, PICTURE.height, preprocessing);
  for (let cell = 0; cell < grid.rows.count * grid.cols.count; cell++) {
    const tile = toPicture(window, tileOf(grid, cell));
    if (x >= tile.left && x < tile.right && y >= tile.top && y < tile.bottom) return cell;
  }
  return -1;
}

describe.each(COLUMNS)('one point of the picture, $name', ({ preprocessing, subject }) => {
  test.each([
    { x: 150.3, y: 108.2 },
    { x: 80, y: 40 },
    { x: 219.9, y: 200.1 },
    { x: 60.5, y: 3.2 },
  ])('($x, $y) is its own token and key in every stage', ({ x, y }) => {
    for (const stage of [0, 1, 2]) {
      const cls = stage === 2 ? 1 : 0;
      const row = columnWishes(subject, { ...CHOICES, stage }, choicesIn({ ...CHOICES, stage }, subject.stages, []), {
        x,
        y,
      }).row;
      const token = cellByTiles(preprocessing, stage, 'tokens', x, y);
      expect(row[stage]?.query ?? null).toBe(token < 0 ? null : token + cls);
      // The other stages are nobody's business.
      expect(row.filter((wish) => wish !== null)).toHaveLength(token < 0 ? 0 : 1);
      const attended = { ...CHOICES, stage, direction: 'attended' as const };
      const key = cellByTiles(preprocessing, stage, 'keys', x, y);
      const wishes = columnWishes(subject, attended, choicesIn(attended, subject.stages, []), { x, y });
      expect(wishes.column[stage]?.key ?? null).toBe(key < 0 ? null : key + cls);
    }
  });

  test('beyond what the network sees is no token', () => {
    const seesAll = preprocessing.resize.mode === 'stretch';
    const { row } = columnWishes(subject, CHOICES, choicesIn(CHOICES, subject.stages, []), { x: 1, y: 100 });
    expect(row[2] === null).toBe(!seesAll);
  });
});

describe('the cursor', () => {
  const map = (at: number): ColumnMap => {
    const { subject } = COLUMNS[at]!;
    const choices = choicesIn(useCompareView.getState(), subject.stages, []);
    return { ...subject, choices, shown: null, work: null, note: null, unknownClass: false };
  };
  const cell = (at: number) => {
    const grid = cursorGrid(map(at), useCompareView.getState())!;
    return placeUnder(grid, queryPoint(useCompareView.getState())!)!;
  };

  test('moves by one cell of the column that has the keyboard, and the others follow', () => {
    stepCursor(map(0), [0, 0]);
    const [fine, coarse] = [cell(0), cell(2)];
    stepCursor(map(0), [1, 0]);
    expect(cell(0)).toMatchObject({ row: fine.row, col: fine.col + 1 });
    expect(Math.abs(cell(2).col - coarse.col)).toBeLessThanOrEqual(1);
    for (let i = 0; i < 100; i++) stepCursor(map(0), [1, 1]);
    const { rows, cols } = cursorGrid(map(0), useCompareView.getState())!.geometry;
    expect(cell(0)).toMatchObject({ row: rows.count - 1, col: cols.count - 1 });
  });

  test('is pinned by a press, and let go by another in the same cell of any column', () => {
    pressAt(map(0), { x: 150, y: 108 });
    expect(useCompareView.getState()).toMatchObject({ activePin: 1, pins: [{ point: { x: 150, y: 108 } }] });
    pressAt(map(2), { x: 151, y: 109 });
    expect(useCompareView.getState()).toMatchObject({ activePin: null, pins: [{ id: 1 }] });
    pressAt(map(0), { x: 1, y: 1 });
    expect(useCompareView.getState().pins).toHaveLength(1);
  });
});

describe('what is chosen, in a network’s own terms', () => {
  test.each([
    { depth: 1, blocks: 10, at: 9 },
    { depth: 1, blocks: 16, at: 15 },
    { depth: 0, blocks: 16, at: 0 },
    { depth: 5 / 9, blocks: 10, at: 5 },
    { depth: 5 / 9, blocks: 16, at: 8 },
    { depth: 0.3, blocks: 1, at: 0 },
  ])('depth $depth of $blocks blocks is block $at', ({ depth, blocks, at }) => {
    expect(blockAt(depth, blocks)).toBe(at);
  });

  test('stages and heads that a network does not have become its last; an attribution is of the last stage', () => {
    const { stages } = COLUMNS[0]!.subject;
    expect(choicesIn({ ...CHOICES, stage: 7, head: 9 }, stages, [])).toMatchObject({ stage: 2, heads: [null, 2, 5] });
    expect(choicesIn({ ...CHOICES, view: 'attribution', stage: 0 }, stages, []).stage).toBe(2);
  });

  test('a class is found by its name, and the first of one name only where it stands there', () => {
    const target = { index: 2, label: 'crane' };
    expect(classIn(target, ['crane', 'dog', 'crane'])).toBe(2);
    expect(classIn(target, ['dog', 'crane'])).toBe(1);
    expect(classIn(target, ['dog', 'cat', 'fox'])).toBeNull();
  });

  test('a class that a network does not know asks nothing of it', () => {
    const { subject } = COLUMNS[0]!;
    const known = { ...CHOICES, view: 'attribution' as const, target: { index: 0, label: 'sea dog' } };
    const wish = (choices: CompareChoices) =>
      columnWishes(subject, choices, choicesIn(choices, subject.stages, ENTRY.labels), null).attribution[0] ?? null;
    expect(wish(known)).toEqual({ runId: 'crop 224', classes: [1] });
    expect(wish({ ...known, target: { index: 0, label: 'unheard of' } })).toBeNull();
    expect(wish({ ...known, target: null })).toEqual({ runId: 'crop 224', classes: [2] });
  });
});
