import type { AttentionMap } from '../../models/attention/attention-map.ts';
import { type GridGeometry, gridSize, type StageGeometry, stageGeometries } from '../../models/attention/geometry.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import { OFFICIAL } from '../attention/specs.ts';

/** An input of no handsome size, cropped out of a larger picture. */
export const WINDOW: InputWindow = {
  pictureWidth: 150,
  pictureHeight: 120,
  left: 20.5,
  top: 7.25,
  scaleX: 1.7,
  scaleY: 1.4,
  inputWidth: 61,
  inputHeight: 78,
};

export const STAGES: readonly StageGeometry[] = stageGeometries(OFFICIAL, WINDOW.inputHeight, WINDOW.inputWidth);

/** A map with made-up values that differ from cell to cell, and from −`depth` on where `signed`. */
export function mapOver(geometry: GridGeometry, change: Partial<AttentionMap> = {}): AttentionMap {
  const grid = gridSize(geometry);
  const count = grid.rows * grid.cols;
  const cells = Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 101 - (change.signed ? 0.6 : 0));
  return {
    view: 'received',
    stage: 1,
    block: 0,
    head: null,
    token: null,
    on: 'keys',
    grid,
    cells,
    cls: null,
    unit: 'share',
    signed: false,
    uniform: count,
    ...change,
  };
}
