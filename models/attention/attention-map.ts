import type { GridSize } from '../cvt/grids.ts';

/**
 * What a map is about (attention-notes, "Views"). `row`: what one query attends to; `column`: which queries attend to one
 * key; `projection`: tokens before or after the convolutional projection.
 */
export type MapView = 'cls' | 'received' | 'row' | 'column' | 'rollout' | 'attribution' | 'projection';

/** Which grid a map's cells are: a stage's keys or tokens, or the pixels of the network's input. */
export type MapGrid = 'keys' | 'tokens' | 'pixels';

/**
 * `probability`: of a softmax row. `share`: of a whole that sums to 1 over the map and what is named beside it. `logit`: an
 * additive part of a class's logit. `norm`: the Euclidean length of a token.
 */
export type MapUnit = 'probability' | 'share' | 'logit' | 'norm';

/** The tokens a projection map shows: LayerNormed and not yet convolved, or convolved for queries, keys or values. */
export type ProjectionTokens = 'before' | 'q' | 'k' | 'v';

/** One map over one grid, in true numbers; the one form in which maps are drawn, summarised and exported. */
export interface AttentionMap {
  readonly view: MapView;
  /** Index from 0. */
  readonly stage: number;
  /** Index from 0; null where the map is of the whole stage. */
  readonly block: number | null;
  /** Index from 0; null: the mean over heads (attribution: their sum; rollout and projection: heads have no part in it). */
  readonly head: number | null;
  /**
   * Token index, CLS counted, of the query (`row`, `cls`), key (`column`) or start (`rollout`, in the stage where it
   * started); null where there is none.
   */
  readonly token: number | null;
  readonly on: MapGrid;
  readonly grid: GridSize;
  /** [rows · cols], row-major, CLS not among them. */
  readonly cells: Float32Array;
  /** The CLS token's own value; null where it has none. For a rollout all that CLS tokens kept on the way here. */
  readonly cls: number | null;
  readonly unit: MapUnit;
  /** Whether zero is a middle and not an end. */
  readonly signed: boolean;
  /** A value times this is in multiples of an even spread; null where that means nothing. */
  readonly uniform: number | null;
  /** Of an attribution: the class whose logit is taken apart and the one it is held against; indices into the logits. */
  readonly classes?: { readonly target: number; readonly contrast: number | null };
  /** Of a projection map. */
  readonly projectionOf?: ProjectionTokens;
}
