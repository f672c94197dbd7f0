import { moments } from '../cvt/norms.ts';
import { throwIfCancelled } from '../errors.ts';
import type { StudyOptions } from './study.ts';

/**
 * The exact signed decomposition of one logit (attention-notes, "Class attribution"): all terms sum to it. With the final
 * LayerNorm's σ frozen, key j of head i in a block of the last stage adds A[cls, j] · (g_cᵀ W_O v_j).
 */
export interface Attribution {
  /** Of the class. */
  readonly index: number;
  /** As the network gave it. */
  readonly logit: number;
  /** Of all the terms below; equals `logit` up to float32. */
  readonly sum: number;
  /** [depth, heads, cls + keys] of the last stage. */
  readonly keys: Float32Array;
  /** [depth]: what the bias of each block's output projection adds. */
  readonly attentionBias: Float32Array;
  /** [depth]: what each block's MLP adds. */
  readonly mlp: Float32Array;
  /** What the last stage started with: the learned CLS token, or with mean pooling the embedded tokens. */
  readonly initial: number;
  /** β of the final LayerNorm and the head's own bias. */
  readonly bias: number;
}

/** The last stage and the head behind it. P is the number of tokens that are pooled: 1 (CLS), or N where there is no CLS. */
export interface AttributionNetwork {
  readonly cls: 0 | 1;
  readonly depth: number;
  readonly heads: number;
  /** cls + M. */
  readonly keys: number;
  /** C, of the tokens. */
  readonly width: number;
  /** [P, C]: the tokens that are pooled as the stage's first block gets them. */
  readonly initial: Float32Array;
  /** [P, C]: the same after the last block, before the final LayerNorm. */
  readonly final: Float32Array;
  /** [C] each, of the final LayerNorm. */
  readonly gamma: Float32Array;
  readonly beta: Float32Array;
}

/** One block of the last stage. */
export interface AttributionBlock {
  /** [heads, cls + M, C / heads] */
  readonly v: Float32Array;
  /**
   * [heads, cls + M]: with CLS its row of the attention, A[cls, :]; with mean pooling Σ_t A[t, :] / (N · σ_t), as
   * `weightedRows` of row.ts gives it for {@link poolingWeights}.
   */
  readonly attention: Float32Array;
  /** [P, C]: what the MLP adds to the pooled tokens. */
  readonly mlp: Float32Array;
  /** [C, C], (out, in): of the projection behind the heads. */
  readonly projWeight: Float32Array;
  /** [C] */
  readonly projBias: Float32Array;
}

/** One class of the head. */
export interface ClassHead {
  /** Into the logits. */
  readonly index: number;
  /** [C]: its row of the head's weight. */
  readonly weight: Float32Array;
  readonly bias: number;
  /** As the network gave it. */
  readonly logit: number;
}

/**
 * [P]: 1 / (P · σ_t), by which each pooled token's residual stream enters a logit once its LayerNorm's σ_t is frozen. Its
 * entries are the query weights with which the attention of a stage without CLS is summed.
 */
export function poolingWeights(final: Float32Array, width: number): Float64Array {
  const count = final.length / width;
  const weights = new Float64Array(count);
  for (let token = 0; token < count; token++)
    weights[token] = 1 / (count * moments(final, token * width, width).deviation);
  return weights;
}

/**
 * Takes the logits of `classes` apart. Exact: LayerNorm with σ frozen is linear, so that a logit is the sum of what the
 * tokens started with, what every attention key and MLP added to them, and the biases. That σ itself depends on the
 * tokens is what the decomposition leaves out of account; it says what adds up to this logit, not what would happen
 * without a part.
 *
 * With u = centre(γ ⊙ w_c) a residual part x adds Σ_t u·x_t / (P·σ_t). An attention key costs one dot product with
 * W_Oᵀ u, which is computed once per block and class.
 * @param blockAt the taps and weights of a block; asked for in order, so that one block's weights are held at a time
 * @throws RangeError where an array does not fit the network
 * @throws CancelledError
 */
export async function attribute(
  network: AttributionNetwork,
  blockAt: (block: number) => AttributionBlock | Promise<AttributionBlock>,
  classes: readonly ClassHead[],
  { signal, onProgress }: StudyOptions = {},
): Promise<readonly Attribution[]> {
  const { cls, depth, heads, keys, width, initial, final, gamma, beta } = network;
  if (width % heads !== 0) throw new RangeError(`A width of ${width} is not divisible into ${heads} heads.`);
  const pooled = final.length / width;
  checkLength('final', final, cls ? width : pooled * width);
  checkLength('initial', initial, pooled * width);
  checkLength('gamma', gamma, width);
  checkLength('beta', beta, width);
  const weights = poolingWeights(final, width);
  const totalWeight = weights.reduce((sum, weight) => sum + weight, 0);
  // Rows of attention over CLS come unweighted; those of mean pooling have 1 / (N · σ_t) in them.
  const attentionScale = cls ? totalWeight : 1;
  const initialSum = pool(initial, weights, width);

  const parts = classes.map((head) => {
    checkLength(`head of class ${head.index}`, head.weight, width);
    const direction = centredDirection(head.weight, gamma);
    return {
      head,
      direction,
      keys: new Float32Array(depth * heads * keys),
      attentionBias: new Float32Array(depth),
      mlp: new Float32Array(depth),
      initial: dot(direction, initialSum),
      bias: dot(head.weight, beta) + head.bias,
      blockSum: 0,
    };
  });

  for (let block = 0; block < depth; block++) {
    throwIfCancelled(signal);
    const taps = await blockAt(block);
    checkLength('v', taps.v, keys * width);
    checkLength('attention', taps.attention, heads * keys);
    checkLength('mlp', taps.mlp, pooled * width);
    checkLength('projection weight', taps.projWeight, width * width);
    checkLength('projection bias', taps.projBias, width);
    const mlpSum = pool(taps.mlp, weights, width);
    for (const part of parts) {
      const seen = transposedTimes(taps.projWeight, part.direction);
      const at = block * heads * keys;
      part.blockSum += addKeys(part.keys.subarray(at, at + heads * keys), seen, taps, heads, attentionScale);
      const bias = dot(part.direction, taps.projBias) * totalWeight;
      const mlp = dot(part.direction, mlpSum);
      part.attentionBias[block] = bias;
      part.mlp[block] = mlp;
      part.blockSum += bias + mlp;
    }
    onProgress?.(block + 1, depth);
  }

  return parts.map(({ head, direction: _, blockSum, ...terms }) => ({
    ...terms,
    index: head.index,
    logit: head.logit,
    sum: terms.initial + blockSum + terms.bias,
  }));
}

/** Writes attention · (seen · v) for every head and key. @returns their sum */
function addKeys(
  into: Float32Array,
  seen: Float64Array,
  { v, attention }: AttributionBlock,
  heads: number,
  scale: number,
): number {
  const keys = attention.length / heads;
  const headDim = seen.length / heads;
  let sum = 0;
  for (let head = 0; head < heads; head++)
    for (let key = 0; key < keys; key++) {
      const row = head * keys + key;
      let score = 0;
      for (let i = 0; i < headDim; i++) score += seen[head * headDim + i]! * v[row * headDim + i]!;
      const value = score * attention[row]! * scale;
      into[row] = value;
      sum += value;
    }
  return sum;
}

/** centre(γ ⊙ w): the direction of the residual stream that a class reads. */
function centredDirection(weight: Float32Array, gamma: Float32Array): Float64Array {
  const direction = Float64Array.from(weight, (value, i) => value * gamma[i]!);
  const mean = direction.reduce((sum, value) => sum + value, 0) / direction.length;
  return direction.map((value) => value - mean);
}

/** Σ_t weight_t · tokens_t: [P, C] → [C]. */
function pool(tokens: Float32Array, weights: Float64Array, width: number): Float64Array {
  const sum = new Float64Array(width);
  for (let token = 0; token < weights.length; token++) {
    const weight = weights[token]!;
    for (let i = 0; i < width; i++) sum[i] = sum[i]! + weight * tokens[token * width + i]!;
  }
  return sum;
}

/** Wᵀ u of W [out, in], walked along its rows. */
function transposedTimes(matrix: Float32Array, vector: Float64Array): Float64Array {
  const width = vector.length;
  const product = new Float64Array(width);
  for (let out = 0, at = 0; out < width; out++, at += width) {
    const factor = vector[out]!;
    for (let i = 0; i < width; i++) product[i] = product[i]! + factor * matrix[at + i]!;
  }
  return product;
}

function dot(a: Float32Array | Float64Array, b: Float32Array | Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function checkLength(what: string, { length }: Float32Array, expected: number): void {
  if (length !== expected) throw new RangeError(`${what} has ${length} values and not ${expected}.`);
}
