import { attention } from './attention.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { isLast, linearByKey, normByKey, type StageContext } from './graph-context.ts';
import { add, gelu, mul, sigmoid } from './ops.ts';
import { tapName } from './tap-names.ts';
import { pooledTokens } from './token-layout.ts';

/** QuickGELU's slope: x·sigmoid(1.702x). */
const QUICK_GELU_SLOPE = 1.702;

/** Transformer block (paper §3): x + attention(norm1(x)), then x + mlp(norm2(x)). x [B, cls + N, C] → the same shape. */
export function block(context: StageContext, x: Value, index: number): Value {
  const { g, outputs, stageGrids } = context;
  if (outputs.taps) g.output(tapName(context.index, index, 'tokens'), x);
  const key = `stage${context.index}.blocks.${index}`;
  const attended = g.scoped('attn', () =>
    attention(context, normByKey(context, x, `${key}.norm1`), `${key}.attn`, index),
  );
  const afterAttention = add(g, x, attended);
  const transformed = g.scoped('mlp', () => mlp(context, normByKey(context, afterAttention, `${key}.norm2`), key));
  if (outputs.taps && isLast(context))
    g.output(tapName(context.index, index, 'mlp'), pooledTokens(g, transformed, stageGrids.cls));
  return add(g, afterAttention, transformed);
}

function mlp(context: StageContext, x: Value, key: string): Value {
  const hidden = linearByKey(context, x, `${key}.mlp.fc1`);
  const active = context.activation === 'gelu' ? gelu(context.g, hidden) : quickGelu(context.g, hidden);
  return linearByKey(context, active, `${key}.mlp.fc2`);
}

/** In standard operators; onnxruntime fuses the three into its own QuickGelu. */
function quickGelu(g: GraphBuilder, x: Value): Value {
  const slope = g.floats('quick_gelu_slope', [], [QUICK_GELU_SLOPE]);
  return mul(g, x, sigmoid(g, mul(g, x, slope)));
}
