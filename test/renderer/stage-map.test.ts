import { describe, expect, test } from 'vitest';
import { mapKind, mapScale, positionOnScale, stageMap } from '../../renderer/pipeline/stage-map.ts';
import type { Row } from '../../renderer/stores/rows.ts';
import { analysis, REPORT } from './fake-engine.ts';

const CLS_STAGE = REPORT.stages[2]!;
const PLAIN_STAGE = REPORT.stages[0]!;
const choice = { view: 'cls', stage: 2, block: 1, head: null } as const;
const values = Float32Array.of(0.2, 0.1, 0.4, 0.3, 0);
const rowOf = (change: Partial<Row['query']>): Row => ({
  query: { runId: 'r', stage: 2, block: 1, head: null, query: 0, ...change },
  values,
});

test.each([
  { view: 'cls', stage: CLS_STAGE, kind: 'cls' },
  { view: 'cls', stage: PLAIN_STAGE, kind: 'received' },
  { view: 'received', stage: CLS_STAGE, kind: 'received' },
  { view: 'query', stage: PLAIN_STAGE, kind: 'row' },
] as const)('$view in a stage with $stage.grids.cls CLS is $kind', ({ view, stage, kind }) => {
  expect(mapKind(view, stage)).toBe(kind);
});

test('a CLS map keeps the CLS key apart from the cells', () => {
  const map = stageMap(analysis('r'), CLS_STAGE, choice, rowOf({}));
  expect(map?.summary.clsShare).toBeCloseTo(0.2);
  expect([...(map?.summary.cells ?? [])]).toEqual([...values.subarray(1)]);
});

test.each([
  { what: 'another run', change: { runId: 'other' } },
  { what: 'another block', change: { block: 0 } },
  { what: 'another head', change: { head: 2 } },
  { what: 'a pixel', change: { query: 3 } },
])('a row of $what is no CLS map of this choice', ({ change }) => {
  expect(stageMap(analysis('r'), CLS_STAGE, choice, rowOf(change))).toBeNull();
});

test('received needs no row and is the mean over heads whatever head is chosen', () => {
  const map = stageMap(analysis('r'), CLS_STAGE, { ...choice, view: 'received', head: 2 }, null);
  expect(map).toMatchObject({ kind: 'received', head: null, query: null });
});

describe('scales', () => {
  const cls = stageMap(analysis('r'), CLS_STAGE, choice, rowOf({}))!;
  const received = stageMap(analysis('r'), PLAIN_STAGE, { ...choice, stage: 0, block: 0 }, null)!;

  test.each([
    { mode: 'zero', map: cls, unit: 'probability', min: 0, max: 0.4 },
    { mode: 'tight', map: cls, unit: 'probability', min: 0, max: 0.4 },
    { mode: 'zero', map: received, unit: '× uniform', min: 0, max: 1 },
    { mode: 'tight', map: received, unit: '× uniform', min: 1, max: 1 },
    // 0.4 of five keys is twice an even spread; the received map never reaches that.
    { mode: 'shared', map: cls, unit: '× uniform', min: 0, max: 2 },
    { mode: 'shared', map: received, unit: '× uniform', min: 0, max: 2 },
  ] as const)('$mode, $map.kind: $min to $max $unit', ({ mode, map, unit, min, max }) => {
    const scale = mapScale(map, mode, [cls, received]);
    expect(scale.unit).toBe(unit);
    expect(scale.min).toBeCloseTo(min);
    expect(scale.max).toBeCloseTo(max);
  });

  test('a value lies on the scale by its share of the range; a range without width has no top', () => {
    expect(positionOnScale(mapScale(cls, 'zero', [cls]), 0.1)).toBeCloseTo(0.25);
    expect(positionOnScale(mapScale(received, 'shared', [cls, received]), 1 / 64)).toBeCloseTo(0.5);
    expect(positionOnScale(mapScale(received, 'tight', [received]), 1 / 64)).toBe(0);
  });
});
