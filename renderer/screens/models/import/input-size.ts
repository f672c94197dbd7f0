import { type GridSize, type StageGrids, stageGrids } from '../../../../models/cvt/grids.ts';
import type { CvtSpec } from '../../../../models/cvt/spec.ts';
import { LensError } from '../../../../models/errors.ts';
import { LARGEST_INPUT_SIDE } from '../../../../models/image/preprocessing.ts';

export type SizeInput =
  | { readonly kind: 'size'; readonly size: GridSize; readonly grids: readonly StageGrids[] }
  | { readonly kind: 'problem'; readonly problem: string };

/** The network's input as the user wrote it: one side in pixels, or width × height; and the token grids that follow. */
export function readSize(text: string, spec: CvtSpec): SizeInput {
  const match = /^\s*(\d{1,5})\s*(?:[x×*,\s]\s*(\d{1,5})\s*)?$/i.exec(text);
  if (!match) return { kind: 'problem', problem: 'One side in pixels, or width × height.' };
  const cols = Number(match[1]);
  const rows = Number(match[2] ?? match[1]);
  if (rows < 1 || cols < 1 || rows > LARGEST_INPUT_SIDE || cols > LARGEST_INPUT_SIDE)
    return { kind: 'problem', problem: `From 1 to ${LARGEST_INPUT_SIDE} pixels a side.` };
  try {
    return { kind: 'size', size: { rows, cols }, grids: stageGrids(spec, rows, cols) };
  } catch (error) {
    if (error instanceof LensError) return { kind: 'problem', problem: error.message };
    throw error;
  }
}

/** What {@link readSize} reads back. */
export function sizeText({ rows, cols }: GridSize): string {
  return rows === cols ? String(rows) : `${cols}×${rows}`;
}
