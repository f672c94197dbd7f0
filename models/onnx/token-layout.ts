import type { GridSize } from '../cvt/grids.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { reshape, slice, split, transpose } from './ops.ts';

/**
 * [B, C·grids, h, w] → [B, grids·h·w, C], row-major, one grid after the other.
 * @param grids how many there are of each channel, next to each other
 */
export function gridToTokens(g: GraphBuilder, x: Value, grids = 1): Value {
  const [batch, channels, height, width] = x.shape;
  return transpose(g, reshape(g, x, [batch!, channels! / grids, grids * height! * width!]), [0, 2, 1]);
}

/** [B, h·w, C] → [B,C,h,w]. */
export function tokensToGrid(g: GraphBuilder, x: Value, grid: GridSize): Value {
  const [batch, , channels] = x.shape;
  return reshape(g, transpose(g, x, [0, 2, 1]), [batch!, channels!, grid.rows, grid.cols]);
}

/** Takes [B, cls + N, C] apart into CLS [B,1,C] (null where there is none) and the grid's tokens [B,N,C]. */
export function splitCls(g: GraphBuilder, x: Value, cls: 0 | 1): { cls: Value | null; tokens: Value } {
  if (cls === 0) return { cls: null, tokens: x };
  const [first, rest] = split(g, x, 1, [1, x.shape[1]! - 1]);
  return { cls: first!, tokens: rest! };
}

/** The tokens of the last stage that the classifier pools: CLS, or all where there is none. */
export function pooledTokens(g: GraphBuilder, x: Value, cls: 0 | 1): Value {
  return cls === 1 ? clsOf(g, x) : x;
}

/** CLS of [B, 1 + N, C], as [B,1,C]; N may be 0. */
export function clsOf(g: GraphBuilder, x: Value): Value {
  return x.shape[1] === 1 ? x : slice(g, x, 1, 0, 1);
}

/** [...,C] → [rows, C], what a matrix product takes. */
export function rowsOf(g: GraphBuilder, x: Value): Value {
  const channels = x.shape.at(-1)!;
  return reshape(g, x, [elementCountOf(x) / channels, channels]);
}

/** [B·n, C] → [B, heads, n, C/heads]. */
export function splitHeads(g: GraphBuilder, rows: Value, batch: number, heads: number): Value {
  const [count, channels] = rows.shape;
  return transpose(g, reshape(g, rows, [batch, count! / batch, heads, channels! / heads]), [0, 2, 1, 3]);
}

/** [B, heads, n, d] → [B·n, heads·d]. */
export function mergeHeads(g: GraphBuilder, x: Value): Value {
  const [batch, heads, count, width] = x.shape;
  return reshape(g, transpose(g, x, [0, 2, 1, 3]), [batch! * count!, heads! * width!]);
}

function elementCountOf(x: Value): number {
  return x.shape.reduce((product, size) => product * size, 1);
}
