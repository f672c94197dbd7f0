import type { ProjectionName } from '../cvt/expected-tensors.ts';
import { keyWindow, outputSize, type SlidingWindow } from '../cvt/grids.ts';
import { foldBatchNorm } from '../cvt/norms.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { linearByKey, type StageContext } from './graph-context.ts';
import { averagePool, concat, conv, mul, pad2d } from './ops.ts';
import { gridToTokens, splitCls, tokensToGrid } from './token-layout.ts';

/**
 * Convolutional projection (paper §3.2) of LayerNormed tokens x [B, cls + N, C] to queries, keys or values
 * [B, cls + M, C]: CLS goes round the convolution, then all go through the linear layer.
 * @param key the attention's official key, `stageS.blocks.B.attn`
 */
export function project(context: StageContext, x: Value, key: string, name: ProjectionName): Value {
  return linearByKey(context, convolve(context, x, key, name), `${key}.proj_${name}`, context.stage.qkvBias);
}

function convolve(context: StageContext, x: Value, key: string, name: ProjectionName): Value {
  const { g, stage, stageGrids } = context;
  // The official code pools keys and values only; with `linear` nothing is done to any of the three.
  if (stage.projection === 'linear' || (stage.projection === 'avg' && name === 'q')) return x;
  const { cls, tokens } = splitCls(g, x, stageGrids.cls);
  const grid = tokensToGrid(g, tokens, stageGrids.tokens);
  const convolved =
    stage.projection === 'avg'
      ? pool(g, grid, keyWindow(stage)!)
      : depthwise(context, grid, `${key}.conv_proj_${name}`, name === 'q' ? queryWindow(context) : keyWindow(stage)!);
  const projected = gridToTokens(g, convolved);
  return cls ? concat(g, [cls, projected], 1) : projected;
}

/** Depthwise convolution with its BatchNorm folded in. */
function depthwise(context: StageContext, x: Value, key: string, window: SlidingWindow): Value {
  const { g, weights, stage } = context;
  const { kernel, bias } = foldBatchNorm(weights.numbers(`${key}.conv.weight`), {
    weight: weights.numbers(`${key}.bn.weight`),
    bias: weights.numbers(`${key}.bn.bias`),
    mean: weights.numbers(`${key}.bn.running_mean`),
    variance: weights.numbers(`${key}.bn.running_var`),
  });
  const shape = [bias.length, 1, window.kernel, window.kernel];
  const weight = g.initializer(`${key}.folded.weight`, shape, inline(kernel));
  return conv(g, x, weight, g.initializer(`${key}.folded.bias`, [bias.length], inline(bias)), window, stage.embedDim);
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

function inline(data: Float32Array): { kind: 'inline'; bytes: Uint8Array } {
  return { kind: 'inline', bytes: new Uint8Array(data.buffer) };
}
