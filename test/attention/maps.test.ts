import { describe, expect, it } from 'vitest';
import type { Attribution } from '../../models/attention/attribution.ts';
import {
  attributionMap,
  columnMap,
  projectionMap,
  receivedByHead,
  receivedMap,
  rolloutPixelMap,
  rolloutStageMap,
  rowMap,
  stageRowMap,
} from '../../models/attention/maps.ts';
import { type ProjectionStudy, studyProjection } from '../../models/attention/projection-study.ts';
import type { Rollout } from '../../models/attention/rollout.ts';
import type { StageGrids } from '../../models/cvt/grids.ts';
import { range } from './reference.ts';
import { specOf } from './specs.ts';

const WITH_CLS: StageGrids = { tokens: { rows: 2, cols: 3 }, keys: { rows: 1, cols: 2 }, cls: 1 };
const WITHOUT: StageGrids = { ...WITH_CLS, cls: 0 };
const PLACE = { stage: 2, block: 1, head: 0 };
const KEYS = Float32Array.of(0.5, 0.25, 0.125);

describe('rowMap', () => {
  it('splits CLS off and calls its row by name', () => {
    const map = rowMap(PLACE, WITH_CLS, 0, KEYS);
    expect(map).toMatchObject({ ...PLACE, view: 'cls', token: 0, on: 'keys', grid: WITH_CLS.keys });
    expect(map).toMatchObject({ cls: 0.5, unit: 'probability', signed: false, uniform: 3 });
    expect([...map.cells]).toEqual([0.25, 0.125]);
    expect(rowMap(PLACE, WITH_CLS, 1, KEYS).view).toBe('row');
  });

  it('has no CLS where there is none', () => {
    const map = rowMap(PLACE, WITHOUT, 0, KEYS.subarray(1));
    expect(map).toMatchObject({ view: 'row', cls: null, uniform: 2 });
    expect([...map.cells]).toEqual([0.25, 0.125]);
  });

  it('refuses values of another grid', () => {
    expect(() => rowMap(PLACE, WITHOUT, 0, KEYS)).toThrow(RangeError);
  });
});

describe('stageRowMap', () => {
  const values = Float32Array.from({ length: 2 * 2 * 3 }, (_, i) => i);
  it('takes one head, or the mean of a block', () => {
    expect([...stageRowMap(PLACE, WITH_CLS, 2, 4, values).cells]).toEqual([7, 8]);
    expect([...stageRowMap({ ...PLACE, head: 1 }, WITH_CLS, 2, 4, values).cells]).toEqual([10, 11]);
    const mean = stageRowMap({ ...PLACE, head: null }, WITH_CLS, 2, 4, values);
    expect([mean.cls, ...mean.cells]).toEqual([7.5, 8.5, 9.5]);
    expect(mean).toMatchObject({ head: null, token: 4 });
  });

  it('refuses heads and blocks that are not there', () => {
    expect(() => stageRowMap({ ...PLACE, head: 2 }, WITH_CLS, 2, 4, values)).toThrow(RangeError);
    expect(() => stageRowMap({ ...PLACE, block: 2 }, WITH_CLS, 2, 4, values)).toThrow(RangeError);
  });
});

it('a column lies on the tokens, and is uniform over the keys', () => {
  const map = columnMap(PLACE, WITH_CLS, 2, Float32Array.of(0.9, 0, 0.1, 0.2, 0.3, 0.4, 0.5));
  expect(map).toMatchObject({ view: 'column', on: 'tokens', grid: WITH_CLS.tokens, token: 2, uniform: 3 });
  expect(map.cls).toBeCloseTo(0.9, 6);
  expect(map.cells).toHaveLength(6);
});

it('received is of one head or of their mean', () => {
  const statistics = {
    received: Float32Array.of(0.5, 0.25, 0.25, 0, 0.75, 0.25),
    entropy: new Float32Array(2),
    distance: new Float32Array(2),
  };
  expect([...receivedByHead(statistics, 1)]).toEqual([0, 0.75, 0.25]);
  expect([...receivedByHead(statistics, null)]).toEqual([0.25, 0.5, 0.25]);
  expect(() => receivedByHead(statistics, 2)).toThrow(RangeError);
  const map = receivedMap(PLACE, WITH_CLS, receivedByHead(statistics, 1));
  expect(map).toMatchObject({ view: 'received', unit: 'share', cls: 0, uniform: 3, token: null });
});

describe('rollout maps', () => {
  const rollout: Rollout = {
    start: { kind: 'token', stage: 1, token: 4 },
    spread: 'uniform',
    stages: [
      { stage: 1, tokens: new Float32Array(6).fill(0.125), clsMass: 0.25 },
      { stage: 0, tokens: new Float32Array(6).fill(0.0625), clsMass: 0.375 },
    ],
    pixels: new Float32Array(12).fill(0.03125),
  };

  it('name what all CLS tokens kept on the way', () => {
    const [upper, lower] = [rolloutStageMap(rollout, 1, WITH_CLS)!, rolloutStageMap(rollout, 0, WITH_CLS)!];
    expect(upper).toMatchObject({ view: 'rollout', on: 'tokens', stage: 1, token: 4, cls: 0.25, uniform: 6 });
    expect(lower.cls).toBe(0.625);
    const pixels = rolloutPixelMap(rollout, { rows: 3, cols: 4 });
    expect(pixels).toMatchObject({ on: 'pixels', stage: 0, cls: 0.625, uniform: 12, block: null });
    for (const { cells, cls } of [upper, lower, pixels]) expect(cells.reduce((a, b) => a + b) + cls!).toBeCloseTo(1, 6);
  });

  it('have no CLS where no stage has one', () => {
    const stages = rollout.stages.map((stage) => ({ ...stage, clsMass: 0 }));
    expect(rolloutPixelMap({ ...rollout, stages }, { rows: 3, cols: 4 }).cls).toBeNull();
  });

  it('are null above the start and refuse another size', () => {
    expect(rolloutStageMap(rollout, 2, WITH_CLS)).toBeNull();
    expect(() => rolloutPixelMap(rollout, { rows: 4, cols: 4 })).toThrow(RangeError);
  });
});

it('an attribution is signed, in logits, and knows its classes', () => {
  const attribution = (index: number, factor: number): Attribution => ({
    index,
    logit: 0,
    sum: 0,
    keys: Float32Array.from({ length: 12 }, (_, i) => factor * i),
    attentionBias: new Float32Array(2),
    mlp: new Float32Array(2),
    initial: 0,
    bias: 0,
  });
  const all = { block: null, head: null };
  const map = attributionMap(2, WITH_CLS, 2, attribution(7, 1), attribution(9, 3), all);
  expect(map).toMatchObject({ ...all, view: 'attribution', stage: 2, unit: 'logit', signed: true, uniform: null });
  expect(map.classes).toEqual({ target: 7, contrast: 9 });
  expect([map.cls, ...map.cells]).toEqual([-36, -44, -52]);
  const one = attributionMap(2, WITH_CLS, 2, attribution(7, 1), null, { block: 1, head: 0 });
  expect([one.cls, ...one.cells]).toEqual([6, 7, 8]);
  expect(one.classes).toEqual({ target: 7, contrast: null });
});

it('a projection lies on tokens or keys and measures lengths', () => {
  const grid = { rows: 4, cols: 4 };
  const tokens = Float32Array.from(range(16 * 2), (i) => i);
  const study: ProjectionStudy = studyProjection(
    specOf({ projection: 'avg', embedDim: 2 }).stages[0]!,
    { grid, tokens },
    null,
  );
  expect(projectionMap(0, 1, study, 'before')).toMatchObject({ on: 'tokens', grid, cells: study.before.norms });
  expect(projectionMap(0, 1, study, 'q')).toMatchObject({ on: 'tokens', grid, projectionOf: 'q' });
  expect(projectionMap(0, 1, study, 'k')).toMatchObject({
    view: 'projection',
    on: 'keys',
    grid: { rows: 3, cols: 3 },
    cells: study.after.k.norms,
    unit: 'norm',
    cls: null,
  });
});
