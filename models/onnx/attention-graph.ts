import { GraphBuilder, type Value } from './graph-builder.ts';
import {
  add,
  clipBelow,
  concat,
  exp,
  log,
  matMul,
  mul,
  reduceMax,
  reduceSum,
  reshape,
  slice,
  softmax,
  sqrt,
  sub,
  transpose,
} from './ops.ts';
import type { ProtoMessage } from './protobuf-writer.ts';
import { type QueryRange, queryChunks } from './query-chunks.ts';

/** The sizes of one block's attention; CLS is counted among queries and keys where the stage has it. */
export interface AttentionShape {
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  readonly cls: 0 | 1;
}

/**
 * `sums`: input `weights` [1, heads, 1, queries] → `sums` [heads, keys], Σ_q weights[q] · A[q, ·].
 * `statistics`: inputs `query_y` [grid queries, 1], `query_x`, `key_y` [1, grid keys], `key_x` in pixels → `statistics`
 * [heads, keys + 2]: sums over queries of the attention to each key and of Σ p · ln p, and over grid queries of the mean distance.
 * `normalisers`: → `normalisers` [heads, queries], the log-sum-exp of each query's scaled scores.
 */
export type AttentionGraphKind = 'sums' | 'statistics' | 'normalisers';

export interface AttentionGraph {
  readonly message: ProtoMessage;
  readonly outputNames: readonly string[];
}

const FLOAT_BYTES = 4;
/** Below this p·log p is nothing, and log 0 must not be met. */
const LEAST_PROBABILITY = 1e-30;

interface Study {
  readonly g: GraphBuilder;
  readonly shape: AttentionShape;
  /** Queries, scaled [1, heads, queries, headDim]. */
  readonly q: Value;
  /** Keys, transposed [1, heads, headDim, keys]. */
  readonly keysAcross: Value;
  readonly chunks: readonly QueryRange[];
}

/**
 * A graph over the Q and K that a run left behind: inputs `q` [1, heads, queries, headDim] and `k` [1, heads, keys, headDim],
 * unscaled. Attention is made anew for a range of queries at a time and consumed before the next.
 * @param maxTensorBytes no tensor of scores is larger, unless one query's alone is
 */
export function buildAttentionGraph(
  kind: AttentionGraphKind,
  shape: AttentionShape,
  maxTensorBytes: number,
): AttentionGraph {
  const { heads, queries, keys, headDim } = shape;
  const g = new GraphBuilder();
  const q = g.input('q', [1, heads, queries, headDim]);
  const k = g.input('k', [1, heads, keys, headDim]);
  const study: Study = {
    g,
    shape,
    q: mul(g, q, g.floats('scale', [], [(heads * headDim) ** -0.5])),
    keysAcross: transpose(g, k, [0, 1, 3, 2]),
    chunks: queryChunks(queries, heads * keys * FLOAT_BYTES, maxTensorBytes),
  };
  if (kind === 'sums') addSums(study);
  else if (kind === 'statistics') addStatistics(study);
  else addNormalisers(study);
  return { message: g.build(`attention-${kind}`, {}), outputNames: g.outputNames };
}

/** Multiply-adds of a graph: the scores, and at most as much again in what is made of them. */
export function attentionMultiplyAdds({ heads, queries, keys, headDim }: AttentionShape): number {
  return heads * queries * keys * (headDim + 16);
}

function addSums(study: Study): void {
  const { g, shape, chunks } = study;
  const weights = g.input('weights', [1, shape.heads, 1, shape.queries]);
  const parts = chunks.map((range) =>
    matMul(g, slice(g, weights, 3, range.start, range.end), softmax(g, scores(study, range))),
  );
  g.output('sums', reshape(g, total(g, parts), [shape.heads, shape.keys]));
}

function addNormalisers(study: Study): void {
  const { g, shape, chunks } = study;
  const parts = chunks.map((range) => {
    const raw = scores(study, range);
    const largest = reduceMax(g, raw, 3);
    return add(g, log(g, reduceSum(g, exp(g, sub(g, raw, largest)), [3], true)), largest);
  });
  g.output('normalisers', reshape(g, concat(g, parts, 2), [shape.heads, shape.queries]));
}

/**
 * Everything about a range of queries goes through one Concat: onnxruntime orders nodes by a depth-first walk back from the
 * outputs, and with several of them every range's map would be kept until the last asks for it.
 */
function addStatistics(study: Study): void {
  const { g, shape, chunks } = study;
  const { heads, keys, cls } = shape;
  const places = placeInputs(g, shape);
  const least = g.floats('least_probability', [], [LEAST_PROBABILITY]);
  const parts = chunks.map((range) => {
    const raw = scores(study, range);
    const map = softmax(g, raw);
    const information = mul(g, map, log(g, clipBelow(g, map, least)));
    const grid = { start: Math.max(range.start, cls), end: range.end };
    if (grid.start === grid.end)
      return concat(
        g,
        [
          reduceSum(g, map, [2]),
          sumOfRows(g, information),
          g.floats('nothing', [1, heads, 1], new Float32Array(heads)),
        ],
        2,
      );
    // Without CLS among the keys the softmax is renormalised by itself.
    const seen =
      cls === 0
        ? map
        : softmax(g, slice(g, slice(g, raw, 2, grid.start - range.start, range.end - range.start), 3, cls, keys));
    const lengths = distanceRows(g, places, { start: grid.start - cls, end: grid.end - cls });
    return concat(g, [reduceSum(g, map, [2]), sumOfRows(g, information), sumOfRows(g, mul(g, seen, lengths))], 2);
  });
  g.output('statistics', reshape(g, total(g, parts), [heads, keys + 2]));
}

/** [1, heads, range, keys] → [1, heads, 1]. Over keys first: adding up millions of float32 numbers at once would lose digits. */
function sumOfRows(g: GraphBuilder, x: Value): Value {
  return reduceSum(g, reduceSum(g, x, [3]), [2], true);
}

interface Places {
  readonly queryY: Value;
  readonly queryX: Value;
  readonly keyY: Value;
  readonly keyX: Value;
}

/** Inputs, not constants: the runtime would fold constants into all their distances and keep them. */
function placeInputs(g: GraphBuilder, { queries, keys, cls }: AttentionShape): Places {
  return {
    queryY: g.input('query_y', [queries - cls, 1]),
    queryX: g.input('query_x', [queries - cls, 1]),
    keyY: g.input('key_y', [1, keys - cls]),
    keyX: g.input('key_x', [1, keys - cls]),
  };
}

/** [range, grid keys] */
function distanceRows(g: GraphBuilder, { queryY, queryX, keyY, keyX }: Places, range: QueryRange): Value {
  const square = (query: Value, key: Value): Value => {
    const difference = sub(g, slice(g, query, 0, range.start, range.end), key);
    return mul(g, difference, difference);
  };
  return sqrt(g, add(g, square(queryY, keyY), square(queryX, keyX)));
}

/** Scaled scores of a range of queries, [1, heads, range, keys]. */
function scores({ g, shape, q, keysAcross }: Study, { start, end }: QueryRange): Value {
  return matMul(g, end - start === shape.queries ? q : slice(g, q, 2, start, end), keysAcross);
}

function total(g: GraphBuilder, parts: readonly Value[]): Value {
  return parts.reduce((sum, part) => add(g, sum, part));
}
