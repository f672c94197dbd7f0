/**
 * What a graph with `outputs.taps` gives beside logits and received maps: all that the studies of one run need, with batch 1.
 * C is the stage's width, N its tokens and M its keys without CLS, `cls` 1 where the stage has a CLS token, d = C / heads.
 */
export type BlockTap =
  /** [1, heads, cls + N, d], unscaled. */
  | 'q'
  /** [1, heads, cls + M, d] */
  | 'k'
  /** Last stage: [1, heads, cls + M, d]. */
  | 'v'
  /** [1, cls + N, C]: what the block starts from. In block 0, CLS as it was learned and the tokens as they were embedded. */
  | 'tokens'
  /** Last stage: [1, P, C], what the MLP adds to the tokens that are pooled; P is 1 with a CLS token, else N. */
  | 'mlp';

/** [1, P, C]: the tokens that are pooled, before the final LayerNorm. */
export const FINAL_TAP = 'final';

/** The output's name in the graph. */
export function tapName(stage: number, block: number, tap: BlockTap): string {
  return `${blockName(stage, block)}.${tap}`;
}

/** Stem of the names of all outputs of a block. */
export function blockName(stage: number, block: number): string {
  return `stage${stage}.block${block}`;
}

const TAP = /^(final|stage\d+\.block\d+\.(q|k|v|tokens|mlp))$/;

/** Whether an output of a graph is a tap, to be left on the device. */
export function isTap(name: string): boolean {
  return TAP.test(name);
}

/** The taps of every block of a stage. */
export function blockTaps(stage: number, stages: number): readonly BlockTap[] {
  return stage === stages - 1 ? ['q', 'k', 'v', 'tokens', 'mlp'] : ['q', 'k', 'tokens'];
}

/** All taps of a network, by the depth of each stage. */
export function allTapNames(depths: readonly number[]): readonly string[] {
  const names = depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, block) =>
      blockTaps(stage, depths.length).map((tap) => tapName(stage, block, tap)),
    ).flat(),
  );
  return [...names, FINAL_TAP];
}
