import type { ProjectionName } from '../cvt/expected-tensors.ts';
import type { GraphBuilder, Value } from './graph-builder.ts';
import { isLast, linearByKey, type StageContext } from './graph-context.ts';
import { add, concat, matMul, meanByProduct, mul, padEnd, reduceMean, reshape, slice, softmax } from './ops.ts';
import { convolve } from './projection.ts';
import { type QueryRange, queryChunks } from './query-chunks.ts';
import { scorerOf } from './scores.ts';
import { blockName, tapName } from './tap-names.ts';
import { mergeHeads, rowsOf, splitHeads } from './token-layout.ts';

/** Float32 scores. */
const SCORE_BYTES = 4;

/** Which tokens ask, and which of them are answered; in the last block neither needs to be all. */
export interface AttentionReach {
  readonly queries: 'all' | 'cls';
  /** `cls` where the maps of all queries are outputs and the other tokens are not read any more. */
  readonly answers: 'all' | 'cls';
}

/**
 * Multi-head attention with convolutional projection (paper §3.2) over LayerNormed tokens x [B, cls + N, C] → the same
 * shape, or [B, 1, C] where CLS alone is answered.
 * @param block index in the stage, for the names of outputs
 */
export function attention(context: StageContext, x: Value, key: string, block: number, reach: AttentionReach): Value {
  const { g, index, stage, outputs, batch } = context;
  const inputs = convolve(context, x, key, reach.queries === 'cls');
  const heads = (name: ProjectionName): Value =>
    g.scoped(name, () => {
      const rows = linearByKey(context, rowsOf(g, inputs[name]), `${key}.proj_${name}`, { bias: stage.qkvBias });
      return splitHeads(g, rows, batch, stage.numHeads);
    });
  const q = heads('q');
  const k = heads('k');
  const v = heads('v');
  if (outputs.taps) {
    g.output(tapName(index, block, 'q'), q);
    g.output(tapName(index, block, 'k'), k);
    if (isLast(context)) g.output(tapName(index, block, 'v'), v);
  }
  const scoresOf = scorerOf(context, k);
  const perQuery = context.batch * stage.numHeads * k.shape[2]! * SCORE_BYTES;
  const chunks = queryChunks(q.shape[2]!, perQuery, context.maxTensorBytes);
  const isTied = stage.depth * q.shape[2]! * perQuery > context.maxTensorBytes;
  const parts = chunks.map((range): Part => {
    const queries = chunks.length === 1 ? q : slice(g, q, 2, range.start, range.end);
    const map = softmax(g, scoresOf(queries));
    const part = { range, map, mixed: matMul(g, map, v), mean: outputs.received ? meanOf(context, map) : null };
    return isTied ? tied(g, part) : part;
  });
  if (outputs.received) g.output(`${blockName(index, block)}.received`, received(g, parts));
  if (outputs.attention)
    g.output(
      `${blockName(index, block)}.attention`,
      concat(
        g,
        parts.map(({ map }) => map),
        2,
      ),
    );
  const mixed = concat(
    g,
    parts.map((part) => part.mixed),
    2,
  );
  const answered = reach.answers === 'cls' && mixed.shape[2]! > 1 ? slice(g, mixed, 2, 0, 1) : mixed;
  const projected = linearByKey(context, mergeHeads(g, answered), `${key}.proj`);
  return reshape(g, projected, [batch, answered.shape[2]!, stage.embedDim]);
}

/** Of [B, heads, queries, keys] over heads and queries [B, keys]. */
function meanOf({ g, forms }: StageContext, map: Value): Value {
  return forms.mean === 'product' ? meanByProduct(g, map) : reduceMean(g, map, [1, 2]);
}

/** What comes of one range of queries. */
interface Part {
  readonly range: QueryRange;
  /** [B, heads, range, keys] */
  readonly map: Value;
  /** Values in the map's proportions [B, heads, range, headDim]. */
  readonly mixed: Value;
  /** Over heads and the range's queries [B, keys]. */
  readonly mean: Value | null;
}

/**
 * The same part, its mean carried through one Concat with its mixed values. onnxruntime orders nodes by a depth-first walk back
 * from the outputs; a mean that only `received` asks for would be computed after the logits and keep its map until then, so
 * that the ranges would spare no memory (cvt-13 at 1024×768 on WASM: 0.5 GB this way, beyond 4 GB without). So it is done wherever
 * the maps of a stage's blocks are together more than one piece: CvT-W24's last stage at 384 would keep twenty whole ones of 5 MB.
 */
function tied(g: GraphBuilder, part: Part): Part {
  if (part.mean === null) return part;
  const [batch, heads, queries, headDim] = part.mixed.shape as [number, number, number, number];
  const keys = part.mean.shape[1]!;
  const width = heads * headDim;
  const rows = Math.ceil(keys / width);
  const padded = padEnd(g, part.mean, rows * width - keys);
  const both = concat(g, [part.mixed, reshape(g, padded, [batch, heads, rows, headDim])], 2);
  const mean = reshape(g, slice(g, both, 2, queries, queries + rows), [batch, rows * width]);
  return { ...part, mixed: slice(g, both, 2, 0, queries), mean: slice(g, mean, 1, 0, keys) };
}

/** Mean over heads and all queries: each range's own mean, weighted by its share of the queries. */
function received(g: GraphBuilder, parts: readonly Part[]): Value {
  const means = parts.flatMap(({ mean }) => (mean ? [mean] : []));
  if (means.length === 1) return means[0]!;
  const queries = parts.at(-1)!.range.end;
  return means
    .map((mean, index) => {
      const { start, end } = parts[index]!.range;
      return mul(g, mean, g.floats(`share_${index}`, [], [(end - start) / queries]));
    })
    .reduce((sum, part) => add(g, sum, part));
}
