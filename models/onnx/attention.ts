import type { ProjectionName } from '../cvt/expected-tensors.ts';
import type { Value } from './graph-builder.ts';
import { linearByKey, type StageContext } from './graph-context.ts';
import { add, concat, matMul, mul, reduceMean, slice, softmax, transpose } from './ops.ts';
import { project } from './projection.ts';
import { mergeHeads, splitHeads } from './token-layout.ts';

/** Float32 scores. */
const SCORE_BYTES = 4;

/**
 * Multi-head attention with convolutional projection (paper §3.2) over LayerNormed tokens x [B, cls + N, C] → the same
 * shape. The scale is the whole width's, embed_dim^−0.5, not the head's, as in the official code.
 * @param block names the outputs, `stageS.blockB`
 */
export function attention(context: StageContext, x: Value, key: string, block: string): Value {
  const { g, stage, outputs } = context;
  const projected = (name: ProjectionName): Value =>
    g.scoped(name, () => splitHeads(g, project(context, x, key, name), stage.numHeads));
  const q = projected('q');
  const k = projected('k');
  const v = projected('v');
  if (outputs.taps) {
    g.output(`${block}.q`, q);
    g.output(`${block}.k`, k);
  }
  const scale = g.floats('scale', [], [stage.embedDim ** -0.5]);
  const scaled = mul(g, q, scale);
  const keysAcross = transpose(g, k, [0, 1, 3, 2]);
  const chunks = queryChunks(context, q.shape[2]!, k.shape[2]!);
  const maps = chunks.map(({ start, end }) => {
    const queries = chunks.length === 1 ? scaled : slice(g, scaled, 2, start, end);
    return softmax(g, matMul(g, queries, keysAcross));
  });
  if (outputs.received) g.output(`${block}.received`, received(context, maps));
  if (outputs.attention) g.output(`${block}.attention`, concat(g, maps, 2));
  const mixed = concat(
    g,
    maps.map((map) => matMul(g, map, v)),
    2,
  );
  return linearByKey(context, mergeHeads(g, mixed), `${key}.proj`);
}

/** Ranges of queries whose scores fit into one tensor; a single range where all do. */
function queryChunks(context: StageContext, queries: number, keys: number): { start: number; end: number }[] {
  const { batch, stage, maxTensorBytes } = context;
  const perQuery = batch * stage.numHeads * keys * SCORE_BYTES;
  const most = Math.min(queries, Math.max(1, Math.floor(maxTensorBytes / perQuery)));
  const count = Math.ceil(queries / most);
  const size = Math.ceil(queries / count);
  return Array.from({ length: count }, (_, index) => ({
    start: index * size,
    end: Math.min(queries, (index + 1) * size),
  })).filter(({ start, end }) => end > start);
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
