/** Where a rollout starts: at the class token, at the mean of the last stage's tokens, or at one token of a stage. */
export type RolloutStart =
  /** CLS of the last stage; where that has none, r = 1/N over its tokens. */
  | { readonly kind: 'answer' }
  /** A token index of `stage`, CLS counted; the rollout goes from that stage's last block down. */
  | { readonly kind: 'token'; readonly stage: number; readonly token: number };

/** How a key's mass is handed to the tokens under its projection window: evenly, or by the weights of `conv_proj_v`. */
export type SpreadWeights = 'uniform' | 'weighted';

/** What reached one stage's tokens, its blocks walked through. */
export interface RolloutStage {
  /** Index from 0. */
  readonly stage: number;
  /** [h · w] at the start of the stage (after its first block), CLS dropped; sums to 1 less what CLS kept here and above. */
  readonly tokens: Float32Array;
  /** What the stage's CLS token kept, dropped here; 0 in a stage without one. */
  readonly clsMass: number;
}

export interface Rollout {
  readonly start: RolloutStart;
  readonly spread: SpreadWeights;
  /** From the start's stage down to stage 0. */
  readonly stages: readonly RolloutStage[];
  /** [height · width] of the network's input; with every clsMass sums to 1. */
  readonly pixels: Float32Array;
}
