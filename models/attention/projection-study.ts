import { cellCount, type GridSize, keyWindow } from '../cvt/grids.ts';
import type { StageSpec } from '../cvt/spec.ts';
import { COMPONENTS, principalComponents } from './principal-components.ts';
import { convolveTokens, type DepthwiseWeights, type GridTokens, poolTokens } from './token-windows.ts';

/** Tokens on their grid, made visible. */
export interface TokenPicture {
  readonly grid: GridSize;
  /** [rows · cols]: Euclidean length of each token. */
  readonly norms: Float32Array;
  /**
   * [rows · cols, 3]: the first three principal components as red, green and blue, each scaled to 0–1 from its 1st to its 99th
   * percentile over the grid; 0.5 throughout where there are fewer. Signs are fixed by the largest loading, so that the
   * same tokens always have the same colours; colours of different pictures do not mean the same.
   */
  readonly components: Float32Array;
  /** The share of the variance that each of the three holds; 0 where there are fewer. */
  readonly explained: readonly [number, number, number];
}

export type ProjectionKind = 'q' | 'k' | 'v';

/** The convolutional projection of one block (paper §3.2): its kernels, and what goes in and comes out. */
export interface ProjectionStudy {
  readonly method: 'dw_bn' | 'avg' | 'linear';
  /** Side of the window. */
  readonly kernelSize: number;
  readonly strideKv: number;
  /** Width of the stage. */
  readonly channels: number;
  /** [channels, kernelSize, kernelSize] with BatchNorm's factor folded in; null unless the method is `dw_bn`. */
  readonly kernels: Readonly<Record<ProjectionKind, Float32Array>> | null;
  /** The LayerNormed tokens, which all three projections read. */
  readonly before: TokenPicture;
  /** Convolved, before the linear layer. */
  readonly after: Readonly<Record<ProjectionKind, TokenPicture>>;
}

/** Shares of the tokens left out at either end when a component is scaled: a few outliers would grey all others. */
const OUTLIERS = 0.01;

/**
 * Runs a block's convolutional projection on its LayerNormed tokens, as the network does, and pictures the tokens on the
 * way. CLS goes round the convolution and has no place on the grid.
 * @param input the LayerNormed tokens of the grid, CLS left out
 * @param weights with BatchNorm folded in; needed for `dw_bn`, unused otherwise
 * @throws RangeError where tokens or weights do not fit the stage
 */
export function studyProjection(
  stage: StageSpec,
  input: GridTokens,
  weights: Readonly<Record<ProjectionKind, DepthwiseWeights>> | null,
): ProjectionStudy {
  const { projection: method, kernelQkv, strideKv, embedDim } = stage;
  if (input.tokens.length !== cellCount(input.grid) * embedDim)
    throw new RangeError(
      `${input.tokens.length} values do not fit ${input.grid.rows}×${input.grid.cols} tokens of ${embedDim}.`,
    );
  const before = pictureTokens(input, embedDim);
  const facts = { method, kernelSize: kernelQkv, strideKv, channels: embedDim, before };
  if (method === 'linear') return { ...facts, kernels: null, after: { q: before, k: before, v: before } };
  const window = keyWindow(stage)!;
  if (method === 'avg') {
    const pooled = pictureTokens(poolTokens(input, embedDim, window), embedDim);
    return { ...facts, kernels: null, after: { q: before, k: pooled, v: pooled } };
  }
  if (!weights) throw new RangeError('A convolutional projection cannot be studied without its weights.');
  const { q, k, v } = weights;
  const queryWindow = { kernel: kernelQkv, stride: stage.strideQ, padding: stage.paddingQ, ceil: false };
  return {
    ...facts,
    kernels: { q: q.kernel, k: k.kernel, v: v.kernel },
    after: {
      q: pictureTokens(convolveTokens(input, q, queryWindow), embedDim),
      k: pictureTokens(convolveTokens(input, k, window), embedDim),
      v: pictureTokens(convolveTokens(input, v, window), embedDim),
    },
  };
}

/** Lengths and principal components of tokens. */
export function pictureTokens({ grid, tokens }: GridTokens, width: number): TokenPicture {
  const { coordinates, explained } = principalComponents(tokens, width);
  const components = new Float32Array(cellCount(grid) * COMPONENTS);
  for (const [channel, values] of coordinates.entries()) {
    const scale = robustScale(values);
    for (let cell = 0; cell < values.length; cell++) components[cell * COMPONENTS + channel] = scale(values[cell]!);
  }
  const [first = 0, second = 0, third = 0] = explained;
  return { grid, norms: tokenNorms(tokens, width), components, explained: [first, second, third] };
}

/** [n]: the Euclidean length of each of n tokens. */
export function tokenNorms(tokens: Float32Array, width: number): Float32Array {
  return Float32Array.from({ length: tokens.length / width }, (_, token) => {
    let square = 0;
    for (let at = token * width; at < (token + 1) * width; at++) square += tokens[at]! ** 2;
    return Math.sqrt(square);
  });
}

function robustScale(values: Float64Array): (value: number) => number {
  const sorted = values.slice().sort();
  const skipped = Math.floor(OUTLIERS * (sorted.length - 1));
  const low = sorted[skipped]!;
  const width = sorted[sorted.length - 1 - skipped]! - low;
  return width > 0 ? (value) => Math.min(1, Math.max(0, (value - low) / width)) : () => 0.5;
}
