import type { Value } from './graph-builder.ts';
import { linearByKey, normByKey, type StageContext } from './graph-context.ts';
import { reduceMean, reshape } from './ops.ts';
import { FINAL_TAP } from './tap-names.ts';
import { pooledTokens } from './token-layout.ts';

/**
 * Classifier over the last stage's tokens [B, cls + N, C] → logits [B, classes]: the LayerNormed CLS token, or the mean of
 * the LayerNormed tokens where the stage has none.
 */
export function head(context: StageContext, tokens: Value): Value {
  const { g, outputs, stageGrids } = context;
  const final = pooledTokens(g, tokens, stageGrids.cls);
  if (outputs.taps) g.output(FINAL_TAP, final);
  const normed = normByKey(context, final, 'norm');
  const pooled =
    stageGrids.cls === 1 ? reshape(g, normed, [normed.shape[0]!, normed.shape[2]!]) : reduceMean(g, normed, [1]);
  return linearByKey(context, pooled, 'head');
}
