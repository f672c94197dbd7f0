import { cellCount, type GridSize } from '../cvt/grids.ts';
import type { AttentionMap } from './attention-map.ts';

/** One cell of a map and its value. */
export interface MapCell {
  /** Row-major, CLS not counted. */
  readonly index: number;
  readonly row: number;
  readonly col: number;
  readonly value: number;
}

/** What stands beside a map: its range for the colour bar, CLS's own value, and where the mass lies. */
export interface MapSummary {
  /** [rows · cols], the map without CLS; a view, not a copy. */
  readonly cells: Float32Array;
  readonly grid: GridSize;
  readonly min: number;
  readonly max: number;
  /** CLS's own value; null where it has none. */
  readonly clsShare: number | null;
  /** The cell with the largest value. */
  readonly strongest: MapCell;
  /** The cell with the smallest value; for a signed map the one that speaks against most. */
  readonly weakest: MapCell;
  /** `strongest` against an even distribution; 1 is "as much as uniform". Null where that means nothing. */
  readonly strongestTimesUniform: number | null;
  /** The smallest number of cells that together hold half of the map's mass: of the sum of magnitudes, CLS left out. */
  readonly halfMassCells: number;
  /** Sum of all cells above zero. */
  readonly positiveSum: number;
  /** Sum of all cells below zero, itself 0 or less. */
  readonly negativeSum: number;
}

/** Summarises a map of any view. @throws RangeError where its cells do not fit its grid */
export function summariseMap(map: AttentionMap): MapSummary;
/**
 * Summarises an attention distribution over keys.
 * @param values [cls + rows · cols], non-negative, sums to 1: a row or the mean received
 * @throws RangeError where the length does not fit the grid
 */
export function summariseMap(
  values: Float32Array,
  grid: GridSize,
  cls: 0 | 1,
): MapSummary & { readonly strongestTimesUniform: number };
export function summariseMap(map: AttentionMap | Float32Array, grid?: GridSize, cls: 0 | 1 = 0): MapSummary {
  if (map instanceof Float32Array) return summariseCells(map.subarray(cls), grid!, cls ? map[0]! : null, map.length);
  return summariseCells(map.cells, map.grid, map.cls, map.uniform);
}

function summariseCells(cells: Float32Array, grid: GridSize, cls: number | null, uniform: number | null): MapSummary {
  if (cells.length !== cellCount(grid) || cells.length === 0)
    throw new RangeError(`A map of ${cells.length} values does not fit ${grid.rows}×${grid.cols} cells.`);
  let strongest = 0;
  let weakest = 0;
  let positiveSum = 0;
  let negativeSum = 0;
  for (let i = 0; i < cells.length; i++) {
    const value = cells[i]!;
    if (value > cells[strongest]!) strongest = i;
    if (value < cells[weakest]!) weakest = i;
    if (value > 0) positiveSum += value;
    else negativeSum += value;
  }
  const cellAt = (index: number): MapCell => ({
    index,
    row: Math.floor(index / grid.cols),
    col: index % grid.cols,
    value: cells[index]!,
  });
  return {
    cells,
    grid,
    min: cells[weakest]!,
    max: cells[strongest]!,
    clsShare: cls,
    strongest: cellAt(strongest),
    weakest: cellAt(weakest),
    strongestTimesUniform: uniform === null ? null : cells[strongest]! * uniform,
    halfMassCells: halfMass(cells, (positiveSum - negativeSum) / 2),
    positiveSum,
    negativeSum,
  };
}

function halfMass(cells: Float32Array, half: number): number {
  const magnitudes = cells.map(Math.abs).sort();
  let sum = 0;
  let count = 0;
  while (count < magnitudes.length && sum < half) sum += magnitudes[magnitudes.length - ++count]!;
  return Math.max(count, 1);
}

/**
 * Where the mass lies, in a sentence or two:
 * "Strongest in the upper left, cell (3, 2): 8.2 %, 4.1 times uniform. Half of the map lies in 5 of 49 cells. The CLS token itself gets 12.3 %."
 * `describeMap` of describe-map.ts says this and more for maps of every view.
 */
export function describeMap({ strongest, grid, cells, clsShare, halfMassCells, ...rest }: MapSummary): string {
  const times = rest.strongestTimesUniform;
  const sentences = [
    `Strongest in the ${region(strongest, grid)}, cell (${strongest.col}, ${strongest.row}): ${percent(strongest.value)}` +
      `${times === null ? '' : `, ${times.toFixed(1)} times uniform`}.`,
    `Half of the map lies in ${halfMassCells} of ${cells.length} cells.`,
  ];
  if (clsShare !== null) sentences.push(`The CLS token itself gets ${percent(clsShare)}.`);
  return sentences.join(' ');
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}

/** Which ninth of the grid a cell's middle lies in, in words that follow "in the". */
export function region({ row, col }: MapCell, grid: GridSize): string {
  const vertical = ['upper', '', 'lower'][third(row, grid.rows)]!;
  const horizontal = ['left', '', 'right'][third(col, grid.cols)]!;
  if (!vertical && !horizontal) return 'middle';
  return [vertical || 'middle', horizontal || 'middle'].join(' ');
}

function third(index: number, count: number): number {
  return Math.floor((3 * (index + 0.5)) / count);
}
