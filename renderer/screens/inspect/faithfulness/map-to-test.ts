import type { AttentionMap } from '../../../../models/attention/attention-map.ts';
import type { AxisGeometry } from '../../../../models/attention/axis-geometry.ts';
import type { GridGeometry, StageGeometry } from '../../../../models/attention/geometry.ts';
import type { TestedCells } from './tests.ts';

/** A map as cells that can be taken away: its own, or for one over pixels the last stage's tokens, each the mean of its tile. */
export function testedCells(map: AttentionMap, stages: readonly StageGeometry[]): TestedCells {
  if (map.on !== 'pixels') return { stage: map.stage, on: map.on, cells: map.cells };
  const stage = stages.length - 1;
  return { stage, on: 'tokens', cells: tileMeans(map, stages[stage]!.tokens) };
}

function tileMeans({ cells, grid }: AttentionMap, { rows, cols }: GridGeometry): Float32Array {
  const means = new Float32Array(rows.count * cols.count);
  for (let row = 0; row < rows.count; row += 1)
    for (let col = 0; col < cols.count; col += 1) {
      const [top, bottom] = pixelsOf(rows, row);
      const [left, right] = pixelsOf(cols, col);
      let sum = 0;
      for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) sum += cells[y * grid.cols + x]!;
      means[row * cols.count + col] = sum / Math.max(1, (bottom - top) * (right - left));
    }
  return means;
}

/** Tiles may end between two pixels: a pixel belongs to the tile that holds its middle. */
function pixelsOf(axis: AxisGeometry, cell: number): readonly [start: number, end: number] {
  const { start, end } = axis.tile(cell);
  return [Math.ceil(start - 0.5), Math.min(axis.inputSize, Math.ceil(end - 0.5))];
}
