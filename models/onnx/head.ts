import type { Value } from './graph-builder.ts';
import { linearByKey, normByKey, type StageContext } from './graph-context.ts';
import { reduceMean, reshape } from './ops.ts';
import { splitCls } from './token-layout.ts';

/**
 * Classifier over the last stage's tokens [B, cls + N, C] → logits [B, classes]: the LayerNormed CLS token, or the mean of
 * the LayerNormed tokens where the stage has none.
 */
export function head(context: StageContext, tokens: Value): Value {
  const { g } = context;
  const { cls } = splitCls(g, tokens, context.stageGrids.cls);
  const pooled = cls
    ? reshape(g, normByKey(context, cls, 'norm'), [cls.shape[0]!, cls.shape[2]!])
    : reduceMean(g, normByKey(context, tokens, 'norm'), [1]);
  return linearByKey(context, pooled, 'head');
}
