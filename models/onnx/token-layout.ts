import type { GridSize } from '../cvt/grids.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { reshape, slice, transpose } from './ops.ts';

/** [B,C,h,w] → [B, h·w, C], row-major. */
export function gridToTokens(g: GraphBuilder, x: Value): Value {
  const [batch, channels, height, width] = x.shape;
  return transpose(g, reshape(g, x, [batch!, channels!, height! * width!]), [0, 2, 1]);
}

/** [B, h·w, C] → [B,C,h,w]. */
export function tokensToGrid(g: GraphBuilder, x: Value, grid: GridSize): Value {
  const [batch, , channels] = x.shape;
  return reshape(g, transpose(g, x, [0, 2, 1]), [batch!, channels!, grid.rows, grid.cols]);
}

/** Takes [B, cls + N, C] apart into CLS [B,1,C] (null where there is none) and the grid's tokens [B,N,C]. */
export function splitCls(g: GraphBuilder, x: Value, cls: 0 | 1): { cls: Value | null; tokens: Value } {
  if (cls === 0) return { cls: null, tokens: x };
  return { cls: slice(g, x, 1, 0, 1), tokens: slice(g, x, 1, 1, x.shape[1]!) };
}

/** The tokens of the last stage that the classifier pools: CLS, or all where there is none. */
export function pooledTokens(g: GraphBuilder, x: Value, cls: 0 | 1): Value {
  return splitCls(g, x, cls).cls ?? x;
}

/** [B,n,C] → [B, heads, n, C/heads]. */
export function splitHeads(g: GraphBuilder, x: Value, heads: number): Value {
  const [batch, count, channels] = x.shape;
  return transpose(g, reshape(g, x, [batch!, count!, heads, channels! / heads]), [0, 2, 1, 3]);
}

/** [B, heads, n, d] → [B, n, heads·d]. */
export function mergeHeads(g: GraphBuilder, x: Value): Value {
  const [batch, heads, count, width] = x.shape;
  return reshape(g, transpose(g, x, [0, 2, 1, 3]), [batch!, count!, heads! * width!]);
}
