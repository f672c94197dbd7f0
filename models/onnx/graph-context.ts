import type { StageGrids } from '../cvt/grids.ts';
import { NORM_EPSILON } from '../cvt/norms.ts';
import type { Activation, CvtSpec, StageSpec } from '../cvt/spec.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { add, instanceNorm, type LinearFactors, layerNorm, linear, mul, quantisedLinear } from './ops.ts';
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

/**
 * Which of several equal forms a step takes. The standard ones are the operators that the paper's words mean, and every provider does
 * them well. Others are quicker on onnxruntime's CPU provider (test/bench/NOTES.md), at the same precision.
 */
export interface OperatorForms {
  /** LayerNorm as InstanceNormalization over tokens: that one is vectorised, and runs on one thread. */
  readonly norm: 'layer' | 'instance';
  /** QuickGELU by its definition, by onnxruntime's own operator, or as ½·x·(1 + tanh 0.851x) with its factors in the layers around it. */
  readonly quickGelu: 'standard' | 'contrib' | 'tanh';
  /** Queries by transposed and scaled keys, or by onnxruntime's own operator, which does both while it multiplies. */
  readonly scores: 'standard' | 'fused';
  /** The attention's mean over queries by ReduceMean, or as a matrix product, which reads memory six times as fast. */
  readonly mean: 'reduce' | 'product';
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
  readonly forms: OperatorForms;
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
  const weight = weights.value(g, `${key}.weight`);
  const bias = weights.value(g, `${key}.bias`);
  if (context.forms.norm === 'layer') return layerNorm(g, x, weight, bias, NORM_EPSILON);
  return add(g, mul(g, instanceNorm(g, x, NORM_EPSILON), weight), bias);
}

export interface LinearOptions extends Partial<LinearFactors> {
  /** Whether it has one; true unless said. */
  readonly bias?: boolean;
}

/** Linear layer with the weights under `key`, in 8-bit integers where they are. */
export function linearByKey(context: GraphContext, x: Value, key: string, options: LinearOptions = {}): Value {
  const { g, weights } = context;
  const { bias = true, alpha = 1, beta = 1 } = options;
  const biasValue = bias ? weights.value(g, `${key}.bias`) : null;
  const quantised = weights.quantised(g, `${key}.weight`);
  if (!quantised) return linear(g, x, weights.linear(g, `${key}.weight`), biasValue, { alpha, beta });
  if (alpha !== 1 || beta !== 1) throw new Error(`${key}: a layer in 8 bits takes no factors`);
  return quantisedLinear(g, x, quantised, biasValue);
}
