import type { Value } from './graph-builder.ts';
import type { StageContext } from './graph-context.ts';
import { fusedMatMul, matMul, mul, transpose } from './ops.ts';

/**
 * What makes scores of queries: q [B,heads,n,d] → scale · q·kᵀ [B,heads,n,m]. The scale is the whole width's, embed_dim^−0.5, not the
 * head's, as in the official code.
 * @param k keys [B,heads,m,d]
 */
export function scorerOf({ g, stage, forms }: StageContext, k: Value): (q: Value) => Value {
  const scale = stage.embedDim ** -0.5;
  if (forms.scores === 'fused') return (q) => fusedMatMul(g, q, k, scale);
  // The keys are scaled, since they are fewer than the queries.
  const keysAcross = mul(g, transpose(g, k, [0, 1, 3, 2]), g.floats('scale', [], [scale]));
  return (q) => matMul(g, q, keysAcross);
}
