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
  if (head !== null) {
    checkIndex('head', head, taps.heads);
    return Float32Array.from(headRow(taps, head, query));
  }
  const mean = new Float64Array(taps.keys);
  for (let each = 0; each < taps.heads; each++) {
    const row = headRow(taps, each, query);
    for (let key = 0; key < row.length; key++) mean[key] = mean[key]! + row[key]! / taps.heads;
  }
  return Float32Array.from(mean);
}

/** In double precision; the largest score is subtracted first, so that no exponential overflows. */
function headRow({ q, k, queries, keys, headDim, scale }: AttentionTaps, head: number, query: number): Float64Array {
  const row = new Float64Array(keys);
  const queryAt = (head * queries + query) * headDim;
  let keyAt = head * keys * headDim;
  let largest = Number.NEGATIVE_INFINITY;
  for (let key = 0; key < keys; key++, keyAt += headDim) {
    let score = 0;
    for (let i = 0; i < headDim; i++) score += q[queryAt + i]! * k[keyAt + i]!;
    row[key] = score * scale;
    largest = Math.max(largest, row[key]!);
  }
  let total = 0;
  for (let key = 0; key < keys; key++) {
    row[key] = Math.exp(row[key]! - largest);
    total += row[key]!;
  }
  for (let key = 0; key < keys; key++) row[key] = row[key]! / total;
  return row;
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
