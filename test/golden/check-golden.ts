import { attentionRow } from '../../models/attention/row.ts';
import type { GoldenCase } from './golden-case.ts';
import { maxDifference } from './golden-case.ts';

export type Outputs = ReadonlyMap<string, Float32Array>;

/** The largest differences of a run from its golden case, by what is compared. */
export interface GoldenDifferences {
  readonly logits: number;
  readonly received: number;
  /** Whole matrices on the tiny cases. */
  readonly attention: number;
  /** Rows computed from the Q and K taps, as the app does on hover. */
  readonly rows: number;
}

const BLOCK_KEY = /^stage(\d+)\.block\d+/;

/** Compares every tensor of the golden file with what the run gave; one that the run lacks counts as infinite. */
export function goldenDifferences(golden: GoldenCase, outputs: Outputs): GoldenDifferences {
  const largest = { logits: 0, received: 0, attention: 0, rows: 0 };
  for (const [key, { shape, data }] of golden.expected) {
    const kind = key.split('.').at(-1) as keyof typeof largest;
    if (kind !== 'rows')
      largest[kind] = Math.max(largest[kind], maxDifference(outputs.get(key) ?? new Float32Array(), data));
    if (kind === 'rows' || kind === 'attention')
      largest.rows = Math.max(largest.rows, rowDifference(golden, outputs, key, shape, data));
  }
  return largest;
}

/** Rows of `expected` [batch, heads, queries, keys] against rows from taps; three-query tensors hold the first, middle, last. */
function rowDifference(
  golden: GoldenCase,
  outputs: Outputs,
  key: string,
  shape: readonly number[],
  expected: Float32Array,
): number {
  const match = BLOCK_KEY.exec(key)!;
  const stage = golden.spec.stages[Number(match[1])]!;
  const q = outputs.get(`${match[0]}.q`) ?? new Float32Array();
  const k = outputs.get(`${match[0]}.k`) ?? new Float32Array();
  if (q.length === 0 || k.length === 0) return Number.POSITIVE_INFINITY;
  const headDim = stage.embedDim / stage.numHeads;
  const taps = {
    q,
    k,
    heads: stage.numHeads,
    queries: q.length / stage.embedDim,
    keys: k.length / stage.embedDim,
    headDim,
    scale: stage.embedDim ** -0.5,
  };
  const [, heads, rows, keys] = shape as [number, number, number, number];
  const queries = key.endsWith('.rows')
    ? [0, Math.floor(taps.queries / 2), taps.queries - 1]
    : Array.from({ length: rows }, (_, query) => query);
  let largest = 0;
  for (let head = 0; head < heads; head++)
    for (const [row, query] of queries.entries()) {
      const start = (head * rows + row) * keys;
      const difference = maxDifference(attentionRow(taps, head, query), expected.subarray(start, start + keys));
      largest = Math.max(largest, difference);
    }
  return largest;
}
