import type { ProjectionName } from '../cvt/expected-tensors.ts';
import type { Value } from './graph-builder.ts';
import { isLast, linearByKey, type StageContext } from './graph-context.ts';
import { add, concat, matMul, mul, reduceMean, slice, softmax, transpose } from './ops.ts';
import { project } from './projection.ts';
import { queryChunks } from './query-chunks.ts';
import { blockName, tapName } from './tap-names.ts';
import { mergeHeads, splitHeads } from './token-layout.ts';

/** Float32 scores. */
const SCORE_BYTES = 4;

/**
 * Multi-head attention with convolutional projection (paper §3.2) over LayerNormed tokens x [B, cls + N, C] → the same
 * shape. The scale is the whole width's, embed_dim^−0.5, not the head's, as in the official code.
 * @param block index in the stage, for the names of outputs
 */
export function attention(context: StageContext, x: Value, key: string, block: number): Value {
  const { g, index, stage, outputs } = context;
  const projected = (name: ProjectionName): Value =>
    g.scoped(name, () => splitHeads(g, project(context, x, key, name), stage.numHeads));
  const q = projected('q');
  const k = projected('k');
  const v = projected('v');
  if (outputs.taps) {
    g.output(tapName(index, block, 'q'), q);
    g.output(tapName(index, block, 'k'), k);
    if (isLast(context)) g.output(tapName(index, block, 'v'), v);
  }
  const scale = g.floats('scale', [], [stage.embedDim ** -0.5]);
  const scaled = mul(g, q, scale);
  const keysAcross = transpose(g, k, [0, 1, 3, 2]);
  const perQuery = context.batch * stage.numHeads * k.shape[2]! * SCORE_BYTES;
  const chunks = queryChunks(q.shape[2]!, perQuery, context.maxTensorBytes);
  const maps = chunks.map(({ start, end }) => {
    const queries = chunks.length === 1 ? scaled : slice(g, scaled, 2, start, end);
    return softmax(g, matMul(g, queries, keysAcross));
  });
  if (outputs.received) g.output(`${blockName(index, block)}.received`, received(context, maps));
  if (outputs.attention) g.output(`${blockName(index, block)}.attention`, concat(g, maps, 2));
  const mixed = concat(
    g,
    maps.map((map) => matMul(g, map, v)),
    2,
  );
  return linearByKey(context, mergeHeads(g, mixed), `${key}.proj`);
}

/** Mean over heads and all queries: each chunk's own mean, weighted by its share of the queries. */
function received({ g }: StageContext, maps: readonly Value[]): Value {
  const means = maps.map((map) => reduceMean(g, map, [1, 2]));
  if (means.length === 1) return means[0]!;
  const queries = maps.reduce((sum, map) => sum + map.shape[2]!, 0);
  return means
    .map((mean, index) => mul(g, mean, g.floats(`share_${index}`, [], [maps[index]!.shape[2]! / queries])))
    .reduce((sum, part) => add(g, sum, part));
}
