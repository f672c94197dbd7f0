import { cellCount, type GridSize } from '../cvt/grids.ts';

/** One cell of a map and its value. */
export interface MapCell {
  /** Row-major, CLS not counted. */
  readonly index: number;
  readonly row: number;
  readonly col: number;
  readonly value: number;
}

/** What stands beside a map: its range for the colour bar, CLS's own share, and where the mass lies. */
export interface MapSummary {
  /** [rows · cols], the map without CLS; a view, not a copy. */
  readonly cells: Float32Array;
  readonly grid: GridSize;
  readonly min: number;
  readonly max: number;
  /** The share of the CLS key; null in a stage without one. */
  readonly clsShare: number | null;
  readonly strongest: MapCell;
  /** `strongest` against an even distribution over all keys, CLS among them; 1 is "as much as uniform". */
  readonly strongestTimesUniform: number;
  /** The smallest number of cells that together hold half of the map's mass (CLS left out). */
  readonly halfMassCells: number;
}

/**
 * Summarises an attention distribution over keys.
 * @param values [cls + rows · cols], non-negative, sums to 1: a row or the mean received
 * @throws RangeError where the length does not fit the grid
 */
export function summariseMap(values: Float32Array, grid: GridSize, cls: 0 | 1): MapSummary {
  const count = cellCount(grid);
  if (values.length !== cls + count || count === 0)
    throw new RangeError(
      `A map of ${values.length} values does not fit ${grid.rows}×${grid.cols} cells and ${cls} CLS.`,
    );
  const cells = values.subarray(cls);
  let min = cells[0]!;
  let strongest = 0;
  for (let i = 1; i < count; i++) {
    if (cells[i]! < min) min = cells[i]!;
    if (cells[i]! > cells[strongest]!) strongest = i;
  }
  const max = cells[strongest]!;
  return {
    cells,
    grid,
    min,
    max,
    clsShare: cls ? values[0]! : null,
    strongest: { index: strongest, row: Math.floor(strongest / grid.cols), col: strongest % grid.cols, value: max },
    strongestTimesUniform: max * values.length,
    halfMassCells: halfMass(cells),
  };
}

/**
 * The summary in a sentence or two, for screen readers and tooltips:
 * "Strongest in the upper left, cell (3, 2): 8.2 %, 4.1 times uniform. Half of the map lies in 5 of 49 cells. The CLS token itself gets 12.3 %."
 * Cells are (column, row) from 0, as the readout under the picture has them.
 */
export function describeMap(summary: MapSummary): string {
  const { strongest, grid, cells, clsShare, halfMassCells, strongestTimesUniform } = summary;
  const sentences = [
    `Strongest in the ${region(strongest, grid)}, cell (${strongest.col}, ${strongest.row}): ${percent(strongest.value)}, ` +
      `${strongestTimesUniform.toFixed(1)} times uniform.`,
    `Half of the map lies in ${halfMassCells} of ${cells.length} cells.`,
  ];
  if (clsShare !== null) sentences.push(`The CLS token itself gets ${percent(clsShare)}.`);
  return sentences.join(' ');
}

function halfMass(cells: Float32Array): number {
  const sorted = Float64Array.from(cells).sort().reverse();
  const half = sorted.reduce((sum, value) => sum + value, 0) / 2;
  let sum = 0;
  let count = 0;
  while (count < sorted.length && sum < half) sum += sorted[count++]!;
  return Math.max(count, 1);
}

/** Which ninth of the grid a cell's middle lies in. */
function region({ row, col }: MapCell, grid: GridSize): string {
  const vertical = ['upper', '', 'lower'][third(row, grid.rows)]!;
  const horizontal = ['left', '', 'right'][third(col, grid.cols)]!;
  if (!vertical && !horizontal) return 'middle';
  return [vertical || 'middle', horizontal || 'middle'].join(' ');
}

function third(index: number, count: number): number {
  return Math.floor((3 * (index + 0.5)) / count);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`;
}
