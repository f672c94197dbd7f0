import { describe, expect, it } from 'vitest';
import type { AttentionMap } from '../../models/attention/attention-map.ts';
import { mapScale, positionOnScale } from '../../models/drawing/map-scale.ts';

function mapOf(cells: readonly number[], change: Partial<AttentionMap> = {}): AttentionMap {
  return {
    view: 'row',
    stage: 0,
    block: 0,
    head: null,
    token: 0,
    on: 'keys',
    grid: { rows: 1, cols: cells.length },
    cells: Float32Array.from(cells),
    cls: null,
    unit: 'probability',
    signed: false,
    uniform: cells.length,
    ...change,
  };
}

const row = mapOf([0.125, 0.5, 0.25, 0.125]);
const received = mapOf([0.25, 0.75], { view: 'received', token: null, unit: 'share' });
const logits = mapOf([-0.5, 2, 1], { view: 'attribution', unit: 'logit', signed: true, uniform: null });
const against = mapOf([-4, 1], { view: 'attribution', unit: 'logit', signed: true, uniform: null });
const norms = mapOf([3, 5], { view: 'projection', unit: 'norm', uniform: null });
const all = [row, received, logits, against, norms];

describe('mapScale', () => {
  it.each([
    ['a row stands in probabilities from 0', row, 'zero', 'probability', 1, 0, 0.5],
    ['and from its minimum', row, 'tight', 'probability', 1, 0.125, 0.5],
    ['shares stand in multiples of uniform', received, 'zero', '× uniform', 2, 0, 1.5],
    ['and from their minimum', received, 'tight', '× uniform', 2, 0.5, 1.5],
    ['a shared range is in multiples of uniform', row, 'shared', '× uniform', 4, 0, 2],
    ['for all alike', received, 'shared', '× uniform', 2, 0, 2],
    ['a signed map reaches as far to both sides', logits, 'zero', 'logit', 1, -2, 2],
    ['in any mode', logits, 'tight', 'logit', 1, -2, 2],
    ['and shares with its own kind', logits, 'shared', 'logit', 1, -4, 4],
    ['norms share with norms only', norms, 'shared', 'norm', 1, 0, 5],
    ['norms from their minimum', norms, 'tight', 'norm', 1, 3, 5],
  ] as const)('%s', (_, map, mode, unit, factor, min, max) => {
    expect(mapScale(map, mode, all)).toEqual({ unit, factor, min, max, signed: map.signed });
  });

  it.each([
    ['the locked numbers, whatever the map has', row, { probability: { min: 0.1, max: 0.2 } }, 'probability', 0.1, 0.2],
    ['multiples of uniform, where only those are locked', row, { '× uniform': { min: 0, max: 9 } }, '× uniform', 0, 9],
    [
      'its own unit first',
      row,
      { '× uniform': { min: 0, max: 9 }, probability: { min: 0, max: 1 } },
      'probability',
      0,
      1,
    ],
    ['from zero, where nothing fits', norms, { '× uniform': { min: 0, max: 9 } }, 'norm', 0, 5],
    ['as far to both sides, where signed', logits, { logit: { min: -7, max: 7 } }, 'logit', -7, 7],
  ] as const)('locked: %s', (_, map, locked, unit, min, max) => {
    expect(mapScale(map, 'locked', all, locked)).toMatchObject({ unit, min, max });
  });
});

describe('positionOnScale', () => {
  it('goes from 0 to 1 and no further', () => {
    const scale = mapScale(row, 'tight', all);
    expect([0, 0.125, 0.3125, 0.5, 0.9].map((value) => positionOnScale(scale, value))).toEqual([0, 0, 0.5, 1, 1]);
  });

  it('has zero in the middle of a signed scale', () => {
    const scale = mapScale(logits, 'zero', all);
    expect([-2, -1, 0, 2].map((value) => positionOnScale(scale, value))).toEqual([0, 0.25, 0.5, 1]);
  });

  it('stays at the low end, or in the middle, where there is no width', () => {
    const flat = mapOf([0.25, 0.25]);
    expect(positionOnScale(mapScale(flat, 'tight', [flat]), 0.25)).toBe(0);
    const nothing = mapOf([0, 0], { unit: 'logit', signed: true, uniform: null });
    expect(positionOnScale(mapScale(nothing, 'zero', [nothing]), 0)).toBe(0.5);
  });
});
