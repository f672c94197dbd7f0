import { EngineError } from '../errors.ts';

/** The projected queries and keys of one block, for one picture; CLS comes first where the stage has it. */
export interface AttentionTaps {
  /** [heads, queries, headDim] */
  readonly q: Float32Array;
  /** [heads, keys, headDim] */
  readonly k: Float32Array;
  readonly heads: number;
  readonly queries: number;
  readonly keys: number;
  readonly headDim: number;
  /** embedDim ** −0.5: the whole width's, not the head's (official code, `Attention.scale`). */
  readonly scale: number;
}

/**
 * What one query attends to: softmax(scale · q·Kᵀ), for one head or as the mean over heads (`head` null).
 * @returns [keys], non-negative, sums to 1
 * @throws EngineError `engine-bad-request` where the head or query does not exist, or the taps are not of the size they claim
 */
export function attentionRow(taps: AttentionTaps, head: number | null, query: number): Float32Array {
  checkTaps(taps);
  checkIndex('query', query, taps.queries);
  const heads = headsOf(taps, head);
  const scores = new Float64Array(taps.keys);
  const row = new Float32Array(taps.keys);
  for (const each of heads) addSoftmax(row, 0, scores, headScores(taps, each, query, scores), 1 / heads.length);
  return row;
}

/**
 * What one query attends to in every head.
 * @returns [heads, keys]; each row non-negative, sums to 1
 * @throws EngineError `engine-bad-request` as {@link attentionRow}
 */
export function attentionRows(taps: AttentionTaps, query: number): Float32Array {
  checkTaps(taps);
  checkIndex('query', query, taps.queries);
  const { heads, keys } = taps;
  const scores = new Float64Array(keys);
  const rows = new Float32Array(heads * keys);
  for (let head = 0; head < heads; head++)
    addSoftmax(rows, head * keys, scores, headScores(taps, head, query, scores), 1);
  return rows;
}

/**
 * Σ over queries of weight · what the query attends to, in every head. Walks through the whole attention matrix; queries
 * of weight 0 cost nothing.
 * @param weights [queries]
 * @returns [heads, keys]; each row sums to the sum of the weights
 * @throws EngineError `engine-bad-request`
 */
export function weightedRows(taps: AttentionTaps, weights: ArrayLike<number>): Float32Array {
  checkTaps(taps);
  const { heads, queries, keys } = taps;
  if (weights.length !== queries)
    throw new EngineError('engine-bad-request', `${weights.length} weights do not fit ${queries} queries.`);
  const scores = new Float64Array(keys);
  const sums = new Float64Array(heads * keys);
  for (let head = 0; head < heads; head++)
    for (let query = 0; query < queries; query++) {
      const weight = weights[query]!;
      if (weight !== 0) addSoftmax(sums, head * keys, scores, headScores(taps, head, query, scores), weight);
    }
  return Float32Array.from(sums);
}

/**
 * Of every row of attention the logarithm of what its softmax divides by, log Σ_keys exp(scale · q·k). With these a column
 * costs one product of Q and a key. Walks through all scores: seconds for the largest blocks.
 * @returns [heads, queries]
 * @throws EngineError `engine-bad-request` where the taps are not of the size they claim
 */
export function rowNormalisers(taps: AttentionTaps): Float32Array {
  checkTaps(taps);
  const { heads, queries, keys } = taps;
  const scores = new Float64Array(keys);
  const normalisers = new Float32Array(heads * queries);
  for (let head = 0; head < heads; head++)
    for (let query = 0; query < queries; query++) {
      const largest = headScores(taps, head, query, scores);
      let total = 0;
      for (let key = 0; key < keys; key++) total += Math.exp(scores[key]! - largest);
      normalisers[head * queries + query] = largest + Math.log(total);
    }
  return normalisers;
}

/**
 * How much of its attention each query pays to one key, for one head or as the mean over heads (`head` null).
 * @param normalisers [heads, queries], as {@link rowNormalisers} defines them
 * @returns [queries], each 0–1
 * @throws EngineError `engine-bad-request` where the head or key does not exist, or the sizes do not go together
 */
export function attentionColumn(
  taps: AttentionTaps,
  head: number | null,
  key: number,
  normalisers: Float32Array,
): Float32Array {
  checkTaps(taps);
  checkIndex('key', key, taps.keys);
  const { q, k, queries, keys, headDim, scale } = taps;
  if (normalisers.length !== taps.heads * queries)
    throw new EngineError(
      'engine-bad-request',
      `${normalisers.length} normalisers do not fit ${taps.heads} heads and ${queries} queries.`,
    );
  const heads = headsOf(taps, head);
  const share = 1 / heads.length;
  const scores = new Float64Array(queries);
  const column = new Float32Array(queries);
  for (const each of heads) {
    dotProducts(scores, k, (each * keys + key) * headDim, q, each * queries * headDim, headDim, scale);
    // Rounding of the normaliser must not make a share of more than everything.
    for (let query = 0; query < queries; query++) {
      const attention = Math.min(1, Math.exp(scores[query]! - normalisers[each * queries + query]!));
      column[query] = column[query]! + share * attention;
    }
  }
  return column;
}

/** Writes a query's scores, [keys]. @returns the largest */
function headScores(taps: AttentionTaps, head: number, query: number, scores: Float64Array): number {
  const { q, k, queries, keys, headDim, scale } = taps;
  dotProducts(scores, q, (head * queries + query) * headDim, k, head * keys * headDim, headDim, scale);
  let largest = Number.NEGATIVE_INFINITY;
  for (let key = 0; key < keys; key++) if (scores[key]! > largest) largest = scores[key]!;
  return largest;
}

/** Adds weight · softmax(scores) to `sums` from `at` on; the largest score is subtracted, so that no exponential overflows. */
function addSoftmax(
  sums: Float32Array | Float64Array,
  at: number,
  scores: Float64Array,
  largest: number,
  weight: number,
): void {
  let total = 0;
  for (let key = 0; key < scores.length; key++) {
    const value = Math.exp(scores[key]! - largest);
    scores[key] = value;
    total += value;
  }
  const factor = weight / total;
  for (let key = 0; key < scores.length; key++) sums[at + key] = sums[at + key]! + scores[key]! * factor;
}

/**
 * scale · vector·row for as many rows of `matrix`, from `rowAt` on, as `products` has room for. Four rows at a time, so that
 * an entry of the vector is loaded once for four independent sums: this loop is what a hover waits for, and it is a
 * quarter of the time of the plain one. Sums are doubles, which cost nothing in JavaScript.
 */
function dotProducts(
  products: Float64Array,
  vector: Float32Array,
  vectorAt: number,
  matrix: Float32Array,
  rowAt: number,
  width: number,
  scale: number,
): void {
  const count = products.length;
  let row = 0;
  let at = rowAt;
  for (; row + 4 <= count; row += 4, at += 4 * width) {
    const second = at + width;
    const third = second + width;
    const fourth = third + width;
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < width; i++) {
      const value = vector[vectorAt + i]!;
      a += value * matrix[at + i]!;
      b += value * matrix[second + i]!;
      c += value * matrix[third + i]!;
      d += value * matrix[fourth + i]!;
    }
    products[row] = a * scale;
    products[row + 1] = b * scale;
    products[row + 2] = c * scale;
    products[row + 3] = d * scale;
  }
  for (; row < count; row++, at += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += vector[vectorAt + i]! * matrix[at + i]!;
    products[row] = sum * scale;
  }
}

function headsOf({ heads }: AttentionTaps, head: number | null): readonly number[] {
  if (head === null) return Array.from({ length: heads }, (_, index) => index);
  checkIndex('head', head, heads);
  return [head];
}

function checkTaps({ q, k, heads, queries, keys, headDim }: AttentionTaps): void {
  if (q.length !== heads * queries * headDim || k.length !== heads * keys * headDim)
    throw new EngineError(
      'engine-bad-request',
      `Queries of ${q.length} and keys of ${k.length} values do not fit ${heads} heads of ${headDim}, ${queries} queries and ${keys} keys.`,
    );
}

function checkIndex(what: string, index: number, count: number): void {
  if (Number.isInteger(index) && index >= 0 && index < count) return;
  throw new EngineError('engine-bad-request', `There is no ${what} ${index}; this block has ${count}.`);
}
