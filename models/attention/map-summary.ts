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

/** What stands beside a map, in its own unit. CLS is not among the cells. */
export interface MapSummary {
  readonly min: number;
  readonly max: number;
  /** The cell with the largest value. */
  readonly strongest: MapCell;
  /** The cell with the smallest value; of a signed map the one that speaks against most. */
  readonly weakest: MapCell;
  /** `strongest` against an even spread; 1 is "as much as uniform". Null where that means nothing. */
  readonly strongestTimesUniform: number | null;
  /** Sum of all cells above zero. */
  readonly positiveSum: number;
  /** Sum of all cells below zero, itself 0 or less. */
  readonly negativeSum: number;
}

/** In one walk over the cells. @throws RangeError where they do not fit the grid */
export function summariseMap({ cells, grid, uniform }: AttentionMap): MapSummary {
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
  const max = cells[strongest]!;
  return {
    min: cells[weakest]!,
    max,
    strongest: cellAt(cells, grid, strongest),
    weakest: cellAt(cells, grid, weakest),
    strongestTimesUniform: uniform === null ? null : max * uniform,
    positiveSum,
    negativeSum,
  };
}

/**
 * The smallest number of cells that together hold half of a map's mass, of the sum of magnitudes; 1 where there is none.
 * Sorts the cells, which takes a while for pixels.
 */
export function halfMassCells({ cells }: AttentionMap): number {
  const magnitudes = cells.map(Math.abs).sort();
  let total = 0;
  for (const magnitude of magnitudes) total += magnitude;
  let sum = 0;
  let count = 0;
  while (count < magnitudes.length && sum < total / 2) sum += magnitudes[magnitudes.length - ++count]!;
  return Math.max(count, 1);
}

/** Which ninth of the grid a cell's middle lies in, in words that follow "in the". */
export function region({ row, col }: MapCell, grid: GridSize): string {
  const vertical = ['upper', '', 'lower'][third(row, grid.rows)]!;
  const horizontal = ['left', '', 'right'][third(col, grid.cols)]!;
  if (!vertical && !horizontal) return 'middle';
  return [vertical || 'middle', horizontal || 'middle'].join(' ');
}

function cellAt(cells: Float32Array, { cols }: GridSize, index: number): MapCell {
  return { index, row: Math.floor(index / cols), col: index % cols, value: cells[index]! };
}

function third(index: number, count: number): number {
  return Math.floor((3 * (index + 0.5)) / count);
}
