import type { ProjectionName } from '../cvt/expected-tensors.ts';
import { keyWindow, outputSize, type SlidingWindow } from '../cvt/grids.ts';
import { foldBatchNorm } from '../cvt/norms.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import type { StageContext } from './graph-context.ts';
import { averagePool, concat, conv, mul, pad2d, split } from './ops.ts';
import { clsOf, gridToTokens, splitCls, tokensToGrid } from './token-layout.ts';

/** What the linear layers make queries, keys and values of, each [B, cls + n, C]. */
export type ProjectionInputs = Readonly<Record<ProjectionName, Value>>;

/**
 * The convolutions of the convolutional projection (paper §3.2) over LayerNormed tokens x [B, cls + N, C]. CLS goes round them.
 * @param key the attention's official key, `stageS.blocks.B.attn`
 * @param isForCls whether only CLS asks; then `q` is CLS alone
 */
export function convolve(context: StageContext, x: Value, key: string, isForCls: boolean): ProjectionInputs {
  const { g, stage, stageGrids } = context;
  // With `linear` nothing is done to any of the three.
  if (stage.projection === 'linear') return { q: isForCls ? clsOf(g, x) : x, k: x, v: x };
  const { cls, tokens } = splitCls(g, x, stageGrids.cls);
  const grid = tokensToGrid(g, tokens, stageGrids.tokens);
  const withCls = (projected: Value): Value => (cls ? concat(g, [cls, projected], 1) : projected);
  const query = (): Value => {
    // The official code pools keys and values only.
    if (stage.projection === 'avg') return x;
    return withCls(gridToTokens(g, depthwise(context, grid, [`${key}.conv_proj_q`], queryWindow(context))));
  };
  const q = isForCls && cls ? cls : g.scoped('q', query);
  return g.scoped('kv', () => {
    if (stage.projection === 'avg') {
      const pooled = withCls(gridToTokens(g, pool(g, grid, keyWindow(stage)!)));
      return { q, k: pooled, v: pooled };
    }
    const keys = [`${key}.conv_proj_k`, `${key}.conv_proj_v`];
    const both = gridToTokens(g, depthwise(context, grid, keys, keyWindow(stage)!), keys.length);
    const [k, v] = split(
      g,
      both,
      1,
      keys.map(() => both.shape[1]! / keys.length),
    );
    return { q, k: withCls(k!), v: withCls(v!) };
  });
}

/**
 * Depthwise convolutions of the same grid with their BatchNorms folded in, as one: the runtime gathers the windows of a channel once
 * for all. x [B,C,h,w] → [B, C·keys, h', w'], the results of a channel next to each other.
 */
function depthwise(context: StageContext, x: Value, keys: readonly string[], window: SlidingWindow): Value {
  const { g, weights, stage } = context;
  const folded = keys.map((key) =>
    foldBatchNorm(weights.numbers(`${key}.conv.weight`), {
      weight: weights.numbers(`${key}.bn.weight`),
      bias: weights.numbers(`${key}.bn.bias`),
      mean: weights.numbers(`${key}.bn.running_mean`),
      variance: weights.numbers(`${key}.bn.running_var`),
    }),
  );
  const { embedDim } = stage;
  const kernel = interleave(
    folded.map((each) => each.kernel),
    embedDim,
  );
  const bias = interleave(
    folded.map((each) => each.bias),
    embedDim,
  );
  const shape = [bias.length, 1, window.kernel, window.kernel];
  return conv(g, x, g.floats('kernel', shape, kernel), g.floats('bias', [bias.length], bias), window, embedDim);
}

/** Arrays of `channels` equal parts each → for every channel the parts of all arrays. */
function interleave(arrays: readonly Float32Array[], channels: number): Float32Array {
  const [first] = arrays;
  if (arrays.length === 1) return first!;
  const part = first!.length / channels;
  const result = new Float32Array(first!.length * arrays.length);
  for (const [index, array] of arrays.entries())
    for (let channel = 0; channel < channels; channel++) {
      const to = (channel * arrays.length + index) * part;
      for (let at = 0; at < part; at++) result[to + at] = array[channel * part + at]!;
    }
  return result;
}

/** The query projection's window; the spec was checked to keep the token grid. */
function queryWindow({ stage }: StageContext): SlidingWindow {
  return { kernel: stage.kernelQkv, stride: stage.strideQ, padding: stage.paddingQ, ceil: false };
}

/**
 * `AvgPool2d(kernel, stride, padding, ceil_mode=True)` as PyTorch computes it. A window that hangs over the padded end is
 * divided by its part inside, padding counted; onnxruntime divides otherwise (pytorch#183528). So: pad explicitly, average,
 * and correct the windows at the end.
 */
function pool(g: GraphBuilder, x: Value, window: SlidingWindow): Value {
  const { kernel, stride, padding } = window;
  const [, , height, width] = x.shape;
  const rows = ceilSide(height!, window);
  const cols = ceilSide(width!, window);
  const padded = pad2d(g, x, padding, padding, padding + rows.overhang, padding + cols.overhang);
  const mean = averagePool(g, padded, kernel, stride);
  const factors = rows.factors.flatMap((row) => cols.factors.map((col) => row * col));
  if (factors.every((factor) => factor === 1)) return mean;
  return mul(g, mean, g.floats('pool_divisors', [1, 1, rows.factors.length, cols.factors.length], factors));
}

/** Along one side: how far the last window hangs over the padded end, and kernel / (cells counted) for each window. */
function ceilSide(size: number, window: SlidingWindow): { overhang: number; factors: number[] } {
  const { kernel, stride, padding } = window;
  const count = outputSize(size, window);
  const paddedSize = size + 2 * padding;
  const overhang = Math.max(0, (count - 1) * stride + kernel - paddedSize);
  const factors = Array.from({ length: count }, (_, index) => {
    const start = index * stride;
    return kernel / (Math.min(start + kernel, paddedSize) - start);
  });
  return { overhang, factors };
}
