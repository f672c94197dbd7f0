import { expect, test } from 'vitest';
import { countMultiplyAdds } from '../../models/cvt/counts.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { matrixProducts } from './graphs/product-floor.ts';

test.each([
  ['cvt-13', 224],
  ['cvt-21', 384],
  ['cvt-w24', 384],
] as const)(
  'the products of %s at %d are its multiply-adds, depthwise convolutions and the last block’s rest apart',
  (name, side) => {
    const spec = VARIANTS[name];
    const counted = matrixProducts(spec, 1000, { rows: side, cols: side }).reduce(
      (sum, { batch, m, k, n }) => sum + batch * m * k * n,
      0,
    );
    let depthwise = 0;
    for (const [index, stage] of spec.stages.entries()) {
      const tokens = (side / 4 / 2 ** index) ** 2;
      depthwise += stage.depth * stage.embedDim * 9 * (tokens + (2 * tokens) / 4);
    }
    const { embedDim: dim } = spec.stages[2]!;
    const tokens = (side / 16) ** 2;
    // Queries, projection, MLP (4 × 2) and attention of all tokens but CLS.
    const spared = tokens * (2 * dim * dim + 8 * dim * dim + 2 * dim * (tokens / 4 + 1));
    expect(counted).toBe(countMultiplyAdds(spec, 1000, side, side) - depthwise - spared);
  },
);
