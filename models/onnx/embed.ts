import { embedWindow } from '../cvt/grids.ts';
import type { Value } from './graph-builder.ts';
import { normByKey, type StageContext } from './graph-context.ts';
import { concat, conv } from './ops.ts';
import { gridToTokens } from './token-layout.ts';

/**
 * Convolutional token embedding (paper §3.1): a strided convolution, tokens, LayerNorm; CLS is put in front where the stage
 * has one. x [B,C,H,W] → [B, cls + h·w, dim]
 */
export function embed(context: StageContext, x: Value): Value {
  const { g, weights, stage, index } = context;
  const key = `stage${index}.patch_embed`;
  const weight = weights.value(g, `${key}.proj.weight`);
  const bias = weights.value(g, `${key}.proj.bias`);
  const tokens = normByKey(context, gridToTokens(g, conv(g, x, weight, bias, embedWindow(stage), 1)), `${key}.norm`);
  return stage.clsToken ? concat(g, [clsTokens(context), tokens], 1) : tokens;
}

/** The learned CLS token, once per picture of the batch. */
function clsTokens(context: StageContext): Value {
  const { g, weights, batch, stage, index } = context;
  const key = `stage${index}.cls_token`;
  if (batch === 1) return weights.value(g, key);
  const numbers = weights.numbers(key);
  const repeated = Array.from({ length: batch }, () => [...numbers]).flat();
  return g.floats('cls_token', [batch, 1, stage.embedDim], repeated);
}
