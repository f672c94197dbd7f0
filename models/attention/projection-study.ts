import type { GridSize } from '../cvt/grids.ts';

/** Tokens on their grid, made visible. */
export interface TokenPicture {
  readonly grid: GridSize;
  /** [rows · cols]: Euclidean length of each token. */
  readonly norms: Float32Array;
  /** [rows · cols, 3]: the first three principal components as red, green and blue, each scaled to 0–1 over the grid. */
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
