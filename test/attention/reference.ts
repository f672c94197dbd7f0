import type { AttentionTaps } from '../../models/attention/row.ts';
import { stageGrids } from '../../models/cvt/grids.ts';
import type { CvtSpec, StageSpec } from '../../models/cvt/spec.ts';
import { SpecError } from '../../models/errors.ts';
import { mulberry32, pick, type Random } from './pointing/random.ts';
import { specOf } from './specs.ts';

/** Definitions as plain loops over whole matrices, to hold the product's maths against; slow and in double precision. */

export type Matrix = readonly (readonly number[])[];

export function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

export function randomFloats(random: Random, length: number, scale = 1): Float32Array {
  return Float32Array.from({ length }, () => scale * (2 * random() - 1));
}

/** Taps with values in −2…2. */
export function randomTaps(
  random: Random,
  heads: number,
  queries: number,
  keys: number,
  headDim: number,
): AttentionTaps {
  return {
    q: randomFloats(random, heads * queries * headDim, 2),
    k: randomFloats(random, heads * keys * headDim, 2),
    heads,
    queries,
    keys,
    headDim,
    scale: (heads * headDim) ** -0.5,
  };
}

/** softmax(scale · q·Kᵀ) [heads][queries][keys] from its definition, no stabilisation. */
export function attentionMatrix({ q, k, heads, queries, keys, headDim, scale }: AttentionTaps): Matrix[] {
  return range(heads).map((head) =>
    range(queries).map((query) => {
      const exponentials = range(keys).map((key) =>
        Math.exp(
          scale *
            sum(
              range(headDim).map(
                (i) => q[(head * queries + query) * headDim + i]! * k[(head * keys + key) * headDim + i]!,
              ),
            ),
        ),
      );
      const total = sum(exponentials);
      return exponentials.map((value) => value / total);
    }),
  );
}

export function meanMatrix(matrices: readonly Matrix[]): Matrix {
  return matrices[0]!.map((row, y) => row.map((_, x) => sum(matrices.map((each) => each[y]![x]!)) / matrices.length));
}

export function product(a: Matrix, b: Matrix): Matrix {
  return a.map((row) => {
    const result = b[0]!.map(() => 0);
    for (const [i, value] of row.entries())
      if (value !== 0) for (let x = 0; x < result.length; x++) result[x] = result[x]! + value * b[i]![x]!;
    return result;
  });
}

/** A small network with windows that no published one has, and an input that fits it. */
export interface RandomNetwork {
  readonly spec: CvtSpec;
  readonly height: number;
  readonly width: number;
}

/** Every way to project, CLS in any stage or none, paddings beyond the kernel, sides that no stride divides. */
export function randomNetwork(seed: number): RandomNetwork {
  const random = mulberry32(seed);
  const stages = range(1 + Math.floor(random() * 3)).map((index): Partial<StageSpec> => {
    const projection = pick(random, ['dw_bn', 'dw_bn', 'avg', 'linear'] as const);
    const kernelQkv = pick(random, [1, 3, 5]);
    const numHeads = pick(random, [1, 2, 3]);
    return {
      patchSize: pick(random, [1, 2, 3, 5]),
      patchStride: index === 0 ? pick(random, [2, 3, 4]) : pick(random, [1, 2]),
      patchPadding: pick(random, [0, 1, 2, 3]),
      numHeads,
      embedDim: numHeads * 3,
      depth: pick(random, [1, 2]),
      clsToken: random() < 0.5,
      projection,
      kernelQkv,
      paddingKv: projection === 'avg' ? Math.floor(kernelQkv / 2) : pick(random, [0, 1, 2, 3]),
      strideKv: pick(random, [1, 2, 3]),
      paddingQ: (kernelQkv - 1) / 2,
    };
  });
  const spec = specOf(...stages);
  let height = 9 + Math.floor(random() * 8);
  let width = 9 + Math.floor(random() * 8);
  while (!fits(spec, height, width)) {
    height += 3;
    width += 3;
  }
  return { spec, height, width };
}

function fits(spec: CvtSpec, height: number, width: number): boolean {
  try {
    return stageGrids(spec, height, width).length > 0;
  } catch (error) {
    if (error instanceof SpecError) return false;
    throw error;
  }
}
