import { mlpWidth } from '../cvt/spec.ts';
import { type AttentionReach, attention } from './attention.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { isLast, linearByKey, normByKey, type OperatorForms, type StageContext } from './graph-context.ts';
import { add, concat, contribQuickGelu, gelu, mul, reshape, sigmoid, slice, tanh } from './ops.ts';
import { queryChunks } from './query-chunks.ts';
import { tapName } from './tap-names.ts';
import { clsOf, pooledTokens, rowsOf } from './token-layout.ts';

/** Float32 values. */
const HIDDEN_BYTES = 4;
/** QuickGELU's slope: x·sigmoid(1.702x). */
const QUICK_GELU_SLOPE = 1.702;

/**
 * Transformer block (paper §3): x + attention(norm1(x)), then x + mlp(norm2(x)). x [B, cls + N, C] → the same shape; or CLS alone,
 * [B, 1, C], where nothing else reaches an output.
 */
export function block(context: StageContext, x: Value, index: number): Value {
  const { g, outputs, stageGrids } = context;
  if (outputs.taps) g.output(tapName(context.index, index, 'tokens'), x);
  const key = `stage${context.index}.blocks.${index}`;
  const reach = reachOf(context, index);
  const attended = g.scoped('attn', () =>
    attention(context, normByKey(context, x, `${key}.norm1`), `${key}.attn`, index, reach),
  );
  const afterAttention = add(g, reach.answers === 'cls' ? clsOf(g, x) : x, attended);
  const transformed = g.scoped('mlp', () => mlp(context, normByKey(context, afterAttention, `${key}.norm2`), key));
  if (outputs.taps && isLast(context))
    g.output(tapName(context.index, index, 'mlp'), pooledTokens(g, transformed, stageGrids.cls));
  return add(g, afterAttention, transformed);
}

/**
 * Of the last block's tokens the classifier reads CLS alone: all others serve it as keys and values, and ask only where their maps are
 * outputs.
 */
function reachOf(context: StageContext, index: number): AttentionReach {
  const { outputs, stage, stageGrids } = context;
  const isClsRead = isLast(context) && index === stage.depth - 1 && stageGrids.cls === 1;
  if (!isClsRead) return { queries: 'all', answers: 'all' };
  const areMapsAsked = outputs.received || outputs.taps || outputs.attention;
  return { queries: areMapsAsked ? 'all' : 'cls', answers: 'cls' };
}

/** A range of tokens at a time where the hidden values of all would be larger than a tensor of scores may be: they are the widest of a block. */
function mlp(context: StageContext, x: Value, key: string): Value {
  const { g, stage, maxTensorBytes } = context;
  const rows = rowsOf(g, x);
  const chunks = queryChunks(rows.shape[0]!, mlpWidth(stage) * HIDDEN_BYTES, maxTensorBytes);
  if (chunks.length === 1) return reshape(g, mlpOfRows(context, rows, key), x.shape);
  const parts = chunks.map(({ start, end }) =>
    g.scoped(`rows${start}`, () => mlpOfRows(context, slice(g, rows, 0, start, end), key)),
  );
  return reshape(g, concat(g, parts, 0), x.shape);
}

function mlpOfRows(context: StageContext, rows: Value, key: string): Value {
  const { g, activation, forms } = context;
  if (activation === 'quick_gelu' && forms.quickGelu === 'tanh') return tanhMlp(context, rows, key);
  const hidden = linearByKey(context, rows, `${key}.mlp.fc1`);
  const active = activation === 'gelu' ? gelu(g, hidden) : quickGelu(g, hidden, forms);
  return linearByKey(context, active, `${key}.mlp.fc2`);
}

/**
 * QuickGELU(h) = h·sigmoid(1.702h) = ½·h·(1 + tanh(0.851h)): with a = 0.851h that is (a + a·tanh a) · ½/0.851. Both factors go into the
 * layers. onnxruntime computes tanh in two thirds of the time of sigmoid.
 */
function tanhMlp(context: StageContext, rows: Value, key: string): Value {
  const { g } = context;
  const half = QUICK_GELU_SLOPE / 2;
  const a = linearByKey(context, rows, `${key}.mlp.fc1`, { alpha: half, beta: half });
  const active = add(g, a, mul(g, a, tanh(g, a)));
  return linearByKey(context, active, `${key}.mlp.fc2`, { alpha: 0.5 / half });
}

function quickGelu(g: GraphBuilder, x: Value, forms: OperatorForms): Value {
  if (forms.quickGelu === 'contrib') return contribQuickGelu(g, x, QUICK_GELU_SLOPE);
  const slope = g.floats('quick_gelu_slope', [], [QUICK_GELU_SLOPE]);
  return mul(g, x, sigmoid(g, mul(g, x, slope)));
}
