import { cellCount, type GridSize, stageGrids } from '../../../models/cvt/grids.ts';
import { type CvtSpec, mlpWidth } from '../../../models/cvt/spec.ts';
import { GraphBuilder, type Value } from '../../../models/onnx/graph-builder.ts';
import { concat, matMul, reshape, slice } from '../../../models/onnx/ops.ts';

/** A matrix product [batch, m, k] · [batch, k, n] of a network. */
export interface Product {
  readonly batch: number;
  readonly m: number;
  readonly k: number;
  readonly n: number;
  /** Whether the right side is a weight, which the runtime packs in advance. */
  readonly isWeight: boolean;
}

/**
 * The matrix products that a prediction asks for, with the last block's for CLS alone: the embeddings' convolutions as products with
 * their gathered windows, linear layers, scores and mixtures. Depthwise convolutions are none.
 * @throws SpecError `input-too-small`
 */
export function matrixProducts(spec: CvtSpec, numClasses: number, input: GridSize): readonly Product[] {
  const grids = stageGrids(spec, input.rows, input.cols);
  const products: Product[] = [];
  const linear = (m: number, k: number, n: number) => products.push({ batch: 1, m, k, n, isWeight: true });
  let channels = 3;
  for (const [index, stage] of spec.stages.entries()) {
    const { tokens, keys: keyGrid, cls } = grids[index]!;
    const dim = stage.embedDim;
    const keys = cls + cellCount(keyGrid);
    linear(cellCount(tokens), channels * stage.patchSize ** 2, dim);
    for (let block = 0; block < stage.depth; block++) {
      const isForCls = index === spec.stages.length - 1 && block === stage.depth - 1 && cls === 1;
      const queries = isForCls ? 1 : cls + cellCount(tokens);
      const headDim = dim / stage.numHeads;
      linear(queries, dim, dim);
      linear(keys, dim, dim);
      linear(keys, dim, dim);
      products.push({ batch: stage.numHeads, m: queries, k: headDim, n: keys, isWeight: false });
      products.push({ batch: stage.numHeads, m: queries, k: keys, n: headDim, isWeight: false });
      linear(queries, dim, dim);
      linear(queries, dim, mlpWidth(stage));
      linear(queries, mlpWidth(stage), dim);
    }
    channels = dim;
  }
  linear(1, channels, numClasses);
  return products;
}

/**
 * A graph of those products and nothing else: output `sum` [1, n] holds one number of each, so that none is left out. Left sides are
 * constants, right sides of `isWeight` are constants of their own, the others are inputs, shared by equal shapes. To be run without
 * the runtime's optimisations, which would compute constants in advance.
 */
export function productGraph(products: readonly Product[]): {
  readonly model: Uint8Array;
  readonly inputs: ReadonlyMap<string, readonly number[]>;
} {
  const g = new GraphBuilder();
  const left = new Map<string, Value>();
  const right = new Map<string, Value>();
  const inputs = new Map<string, readonly number[]>();
  const shared = (known: Map<string, Value>, shape: readonly number[], make: (name: string) => Value): Value => {
    const name = shape.join('x');
    const value = known.get(name) ?? make(name);
    known.set(name, value);
    return value;
  };
  const corners = products.map(({ batch, m, k, n, isWeight }, index) => {
    const lead = batch === 1 ? [] : [batch];
    const a = shared(left, [...lead, m, k], (name) => g.floats(`a${name}`, [...lead, m, k], noise(batch * m * k, 1)));
    const b = isWeight
      ? g.floats(`w${index}`, [k, n], noise(k * n, index))
      : shared(right, [...lead, k, n], (name) => {
          inputs.set(`b${name}`, [...lead, k, n]);
          return g.input(`b${name}`, [...lead, k, n]);
        });
    const product = matMul(g, a, b);
    const corner = product.shape.reduce((value, _, axis) => slice(g, value, axis, 0, 1), product);
    return reshape(g, corner, [1, 1]);
  });
  g.output('sum', concat(g, corners, 1));
  return { model: g.build('products', {}).toBytes(), inputs };
}

/** Numbers of ±0.5 from a linear congruential generator (Numerical Recipes); a product takes as long whatever they are. */
export function noise(count: number, seed: number): Float32Array {
  const numbers = new Float32Array(count);
  let state = seed >>> 0;
  for (let index = 0; index < count; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    numbers[index] = state / 2 ** 32 - 0.5;
  }
  return numbers;
}
