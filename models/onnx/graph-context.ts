import type { StageGrids } from '../cvt/grids.ts';
import { NORM_EPSILON } from '../cvt/norms.ts';
import type { Activation, CvtSpec, StageSpec } from '../cvt/spec.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { layerNorm, linear, quantisedLinear } from './ops.ts';
import type { WeightTable } from './weight-table.ts';

/** What the graph gives beside the logits, for every block. */
export interface AttentionOutputs {
  /** `stageS.blockB.received` [batch, cls + keys]: mean of the attention over heads and queries. */
  readonly received: boolean;
  /** What the studies of a run start from (tap-names.ts). */
  readonly taps: boolean;
  /** `stageS.blockB.attention` [batch, heads, cls + queries, cls + keys], whole. */
  readonly attention: boolean;
}

/** What every part of the network needs while the graph is built. */
export interface GraphContext {
  readonly g: GraphBuilder;
  readonly weights: WeightTable;
  readonly spec: CvtSpec;
  readonly grids: readonly StageGrids[];
  readonly batch: number;
  readonly activation: Activation;
  readonly outputs: AttentionOutputs;
  /** No intermediate tensor of attention may be larger; queries are split into chunks where it would. */
  readonly maxTensorBytes: number;
}

/** One stage while it is built. */
export interface StageContext extends GraphContext {
  readonly index: number;
  readonly stage: StageSpec;
  readonly stageGrids: StageGrids;
}

/** Whether it is the stage whose tokens are classified. */
export function isLast({ index, spec }: StageContext): boolean {
  return index === spec.stages.length - 1;
}

/** LayerNorm with the weights under `key`. */
export function normByKey(context: GraphContext, x: Value, key: string): Value {
  const { g, weights } = context;
  return layerNorm(g, x, weights.value(g, `${key}.weight`), weights.value(g, `${key}.bias`), NORM_EPSILON);
}

/** Linear layer with the weights under `key`, in 8-bit integers where they are. */
export function linearByKey(context: GraphContext, x: Value, key: string, bias = true): Value {
  const { g, weights } = context;
  const biasValue = bias ? weights.value(g, `${key}.bias`) : null;
  const quantised = weights.quantised(g, `${key}.weight`);
  if (quantised) return quantisedLinear(g, x, quantised, biasValue);
  return linear(g, x, weights.linear(g, `${key}.weight`), biasValue);
}
