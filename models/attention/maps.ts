import { cellCount, type GridSize, type StageGrids } from '../cvt/grids.ts';
import type { AttentionMap, MapGrid, ProjectionTokens } from './attention-map.ts';
import type { Attribution } from './attribution.ts';
import { type AttributionChoice, keyContributions } from './attribution-parts.ts';
import type { HeadStatistics } from './head-statistics.ts';
import type { ProjectionStudy } from './projection-study.ts';
import type { Rollout } from './rollout.ts';

/** A block of the network and, null for the mean, one of its heads. Indices from 0. */
export interface MapPlace {
  readonly stage: number;
  readonly block: number;
  readonly head: number | null;
}

/**
 * What one query attends to: view `cls` where the query is the CLS token, else `row`.
 * @param values [cls + keys], as the engine's `row` answers
 * @throws RangeError where the values do not fit the grid, as all of these
 */
export function rowMap(place: MapPlace, grids: StageGrids, query: number, values: Float32Array): AttentionMap {
  const view = grids.cls === 1 && query === 0 ? 'cls' : 'row';
  return {
    view,
    ...place,
    token: query,
    unit: 'probability',
    ...overGrid('keys', grids, values),
    uniform: values.length,
  };
}

/**
 * The map of one block and head out of all rows of a query.
 * @param heads of the stage
 * @param values [depth, heads, cls + keys], as the engine's `stageRows` answers
 */
export function stageRowMap(
  place: MapPlace,
  grids: StageGrids,
  heads: number,
  query: number,
  values: Float32Array,
): AttentionMap {
  const keys = grids.cls + cellCount(grids.keys);
  const block = values.subarray(place.block * heads * keys, (place.block + 1) * heads * keys);
  return rowMap(place, grids, query, place.head === null ? meanRow(block, heads) : rowAt(block, place.head, keys));
}

/**
 * Which queries attend to one key. × uniform is against a query that spreads evenly over all keys.
 * @param key index, CLS counted
 * @param values [cls + queries], as the engine's `column` answers
 */
export function columnMap(place: MapPlace, grids: StageGrids, key: number, values: Float32Array): AttentionMap {
  return {
    view: 'column',
    ...place,
    token: key,
    unit: 'probability',
    ...overGrid('tokens', grids, values),
    uniform: grids.cls + cellCount(grids.keys),
  };
}

/**
 * How much attention each key receives, as the mean over queries.
 * @param values [cls + keys]: `Analysis.received` (head null), or {@link receivedByHead}
 */
export function receivedMap(place: MapPlace, grids: StageGrids, values: Float32Array): AttentionMap {
  return {
    view: 'received',
    ...place,
    token: null,
    unit: 'share',
    ...overGrid('keys', grids, values),
    uniform: values.length,
  };
}

/** What the keys of a block receive from one head, or from all in the mean: [cls + keys]. */
export function receivedByHead({ received, entropy }: HeadStatistics, head: number | null): Float32Array {
  const heads = entropy.length;
  return head === null ? meanRow(received, heads) : rowAt(received, head, received.length / heads);
}

/** What reached the tokens at the start of `stage`; null where the rollout started below. With `cls` sums to 1. */
export function rolloutStageMap(rollout: Rollout, stage: number, grids: StageGrids): AttentionMap | null {
  const at = rollout.stages.findIndex((each) => each.stage === stage);
  const reached = rollout.stages[at];
  if (!reached) return null;
  const kept = rollout.stages.slice(0, at + 1);
  return rolloutMap(rollout, stage, 'tokens', grids.tokens, reached.tokens, sumOf(kept));
}

/** What reached the pixels of the network's input, of `size`. With `cls` sums to 1. */
export function rolloutPixelMap(rollout: Rollout, size: GridSize): AttentionMap {
  return rolloutMap(rollout, 0, 'pixels', size, rollout.pixels, sumOf(rollout.stages));
}

/**
 * What the keys of the last stage add to a logit, or to the difference of two.
 * @param stage the last one's index
 * @param heads of the stage
 * @param contrast is subtracted; null for a single class
 */
export function attributionMap(
  stage: number,
  grids: StageGrids,
  heads: number,
  target: Attribution,
  contrast: Attribution | null,
  choice: AttributionChoice,
): AttentionMap {
  return {
    view: 'attribution',
    stage,
    ...choice,
    token: null,
    unit: 'logit',
    ...overGrid('keys', grids, keyContributions(target, contrast, heads, choice)),
    signed: true,
    uniform: null,
    classes: { target: target.index, contrast: contrast?.index ?? null },
  };
}

/** The lengths of a block's tokens before or after its convolutional projection. */
export function projectionMap(
  stage: number,
  block: number,
  study: ProjectionStudy,
  of: ProjectionTokens,
): AttentionMap {
  const { grid, norms } = of === 'before' ? study.before : study.after[of];
  const on = of === 'before' || of === 'q' ? 'tokens' : 'keys';
  return {
    view: 'projection',
    stage,
    block,
    head: null,
    token: null,
    on,
    grid,
    cells: norms,
    cls: null,
    unit: 'norm',
    signed: false,
    uniform: null,
    projectionOf: of,
  };
}

function rolloutMap(
  { start, stages }: Rollout,
  stage: number,
  on: MapGrid,
  grid: GridSize,
  cells: Float32Array,
  kept: number,
): AttentionMap {
  checkSize(cells, grid, 0);
  return {
    view: 'rollout',
    stage,
    block: null,
    head: null,
    token: start.kind === 'token' ? start.token : null,
    on,
    grid,
    cells,
    cls: stages.some(({ clsMass }) => clsMass > 0) ? kept : null,
    unit: 'share',
    signed: false,
    uniform: cells.length,
  };
}

function overGrid(on: 'keys' | 'tokens', grids: StageGrids, values: Float32Array) {
  const grid = grids[on];
  checkSize(values, grid, grids.cls);
  return { on, grid, cells: values.subarray(grids.cls), cls: grids.cls ? values[0]! : null, signed: false } as const;
}

function checkSize(values: Float32Array, grid: GridSize, cls: 0 | 1): void {
  if (values.length === cls + cellCount(grid)) return;
  throw new RangeError(`${values.length} values do not fit ${grid.rows}×${grid.cols} cells and ${cls} CLS.`);
}

function rowAt(rows: Float32Array, row: number, length: number): Float32Array {
  if (!(row >= 0 && (row + 1) * length <= rows.length)) throw new RangeError(`There is no row ${row}.`);
  return rows.subarray(row * length, (row + 1) * length);
}

function meanRow(rows: Float32Array, count: number): Float32Array {
  const length = rows.length / count;
  const mean = new Float32Array(length);
  for (let row = 0; row < count; row++)
    for (let i = 0; i < length; i++) mean[i] = mean[i]! + rows[row * length + i]! / count;
  return mean;
}

function sumOf(stages: Rollout['stages']): number {
  return stages.reduce((sum, { clsMass }) => sum + clsMass, 0);
}
