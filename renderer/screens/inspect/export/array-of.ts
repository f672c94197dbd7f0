import type { Exported } from './figure-of.ts';

interface ExportedArray {
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/**
 * The exact values of what is shown: [rows, cols] of the large map, of an atlas [blocks, heads, rows, cols] whatever its
 * order. The class token's own has no place among them.
 */
export function arrayOf({ shown, atlas, analysis }: Pick<Exported, 'shown' | 'atlas' | 'analysis'>): ExportedArray {
  const { grid } = shown.map;
  if (!atlas) return { values: shown.map.cells, shape: [grid.rows, grid.cols] };
  const { depth, heads } = analysis.stages[atlas.stage]!;
  const { rows, cols } = atlas.entries[0]!.map.grid;
  const values = new Float32Array(depth * heads * rows * cols);
  for (const { block, head, map } of atlas.entries) values.set(map.cells, (block * heads + head) * rows * cols);
  return { values, shape: [depth, heads, rows, cols] };
}
