import { embedWindow, type GridSize, keyWindow, stageGrids } from '../cvt/grids.ts';
import type { CvtSpec } from '../cvt/spec.ts';
import type { InputWindow } from '../image/preprocessing.ts';
import { type AxisGeometry, pixelAxis, type Span, slideAxis } from './axis-geometry.ts';

/** Continuous coordinates; of the network's input or of the user's picture, as the function says. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where the cells of a token or key grid lie in the network's input. Cells are counted row-major, CLS not among them. */
export interface GridGeometry {
  readonly rows: AxisGeometry;
  readonly cols: AxisGeometry;
}

export interface StageGeometry {
  readonly tokens: GridGeometry;
  readonly keys: GridGeometry;
  /** 1 where the stage has a CLS token, which comes before the cells among queries and keys. */
  readonly cls: 0 | 1;
}

/**
 * Where every stage's tokens and keys lie in an input of `height`×`width` pixels, from the strides, kernels and paddings of
 * the patch embeddings and projections. The grids are not a stretched copy of the image: the paddings align them to its
 * top left (for the official spec the centre of key u of stage 3 is pixel 32u + 1).
 * @throws SpecError `input-too-small`
 */
export function stageGeometries(spec: CvtSpec, height: number, width: number): readonly StageGeometry[] {
  const grids = stageGrids(spec, height, width);
  let tokens: GridGeometry = { rows: pixelAxis(height), cols: pixelAxis(width) };
  return spec.stages.map((stage, index) => {
    const embed = embedWindow(stage);
    tokens = { rows: slideAxis(tokens.rows, embed), cols: slideAxis(tokens.cols, embed) };
    const project = keyWindow(stage);
    const keys = project ? { rows: slideAxis(tokens.rows, project), cols: slideAxis(tokens.cols, project) } : tokens;
    return { tokens, keys, cls: grids[index]!.cls };
  });
}

export function gridSize(grid: GridGeometry): GridSize {
  return { rows: grid.rows.count, cols: grid.cols.count };
}

/** The cell whose tile holds a point of the input; null outside the input. */
export function cellAt(grid: GridGeometry, { x, y }: Point): number | null {
  const { rows, cols } = grid;
  if (!(x >= 0 && y >= 0 && x < cols.inputSize && y < rows.inputSize)) return null;
  return rows.cellAt(y) * cols.count + cols.cellAt(x);
}

/** The query (CLS counted) whose tile holds a point of the input; null outside the input. */
export function queryTokenAt(stage: StageGeometry, point: Point): number | null {
  const cell = cellAt(stage.tokens, point);
  return cell === null ? null : cell + stage.cls;
}

/** The centre of a cell, in the input. */
export function centreOf(grid: GridGeometry, cell: number): Point {
  return { x: grid.cols.centre(cell % grid.cols.count), y: grid.rows.centre(Math.floor(cell / grid.cols.count)) };
}

/** What is drawn for a cell: all that is nearest to its centre, in the input. */
export function tileOf(grid: GridGeometry, cell: number): Rect {
  return rectOf(grid, cell, (axis, i) => axis.tile(i));
}

/** The input pixels that reach a cell through the convolutions; extents overlap. */
export function extentOf(grid: GridGeometry, cell: number): Rect {
  return rectOf(grid, cell, (axis, i) => axis.extent(i));
}

/** A rectangle of the input, in the user's picture. */
export function toPicture(window: InputWindow, rect: Rect): Rect {
  return {
    left: window.left + rect.left * window.scaleX,
    top: window.top + rect.top * window.scaleY,
    right: window.left + rect.right * window.scaleX,
    bottom: window.top + rect.bottom * window.scaleY,
  };
}

/** A point of the user's picture, in the input; outside 0 to the input's size where the crop leaves the point out. */
export function fromPicture(window: InputWindow, point: Point): Point {
  return { x: (point.x - window.left) / window.scaleX, y: (point.y - window.top) / window.scaleY };
}

/** The part of the picture that the network sees. Resampling reads a few pixels beyond it. */
export function inputRect(window: InputWindow): Rect {
  return toPicture(window, { left: 0, top: 0, right: window.inputWidth, bottom: window.inputHeight });
}

function rectOf(grid: GridGeometry, cell: number, span: (axis: AxisGeometry, i: number) => Span): Rect {
  const cols = span(grid.cols, cell % grid.cols.count);
  const rows = span(grid.rows, Math.floor(cell / grid.cols.count));
  return { left: cols.start, top: rows.start, right: cols.end, bottom: rows.end };
}
