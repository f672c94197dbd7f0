import { centreOf, stageGeometries } from '../../models/attention/geometry.ts';
import type { GoldenCase } from './golden-case.ts';

/** The official implementation's attention of a block, [heads, queries, keys], of the first picture. */
export function officialAttention({ expected }: GoldenCase, stage: number, block: number) {
  const { shape, data } = expected.get(`stage${stage}.block${block}.attention`)!;
  const [, heads, queries, keys] = shape as [number, number, number, number];
  return { heads, queries, keys, data: data.subarray(0, heads * queries * keys) };
}

/** Entropy, distance and received by their definitions, in double precision. */
export function officialStatistics(golden: GoldenCase, stage: number, block: number) {
  const { heads, queries, keys, data } = officialAttention(golden, stage, block);
  const geometry = stageGeometries(golden.spec, golden.height, golden.width)[stage]!;
  const { cls } = geometry;
  const received = new Float32Array(heads * keys);
  const entropy = new Float32Array(heads);
  const distance = new Float32Array(heads);
  for (let head = 0; head < heads; head++) {
    let bits = 0;
    let pixels = 0;
    for (let query = 0; query < queries; query++) {
      const row = data.subarray((head * queries + query) * keys, (head * queries + query + 1) * keys);
      for (const [key, p] of row.entries()) {
        received[head * keys + key] = received[head * keys + key]! + p / queries;
        if (p > 0) bits -= p * Math.log2(p);
      }
      if (query < cls) continue;
      const from = centreOf(geometry.tokens, query - cls);
      const onGrid = row.subarray(cls);
      const mass = onGrid.reduce((sum, p) => sum + p, 0);
      for (const [key, p] of onGrid.entries()) {
        const to = centreOf(geometry.keys, key);
        pixels += (p / mass) * Math.hypot(to.x - from.x, to.y - from.y);
      }
    }
    entropy[head] = bits / queries;
    distance[head] = pixels / (queries - cls);
  }
  return { received, entropy, distance };
}
