import { cellCount, embedWindow, keyWindow, type StageGrids, stageGrids } from '../cvt/grids.ts';
import type { CvtSpec } from '../cvt/spec.ts';
import { EngineError, throwIfCancelled } from '../errors.ts';
import { spreadOver } from './spread.ts';
import type { StudyOptions } from './study.ts';

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
  /** [h · w] at the start of the stage (before its first block), CLS dropped; sums to 1 less what CLS kept here and above. */
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

/** What a rollout must know of the network beside its attention. */
export interface RolloutNetwork {
  readonly spec: CvtSpec;
  /** Of the input, in pixels. */
  readonly height: number;
  readonly width: number;
  /**
   * [kernel²], what `tapWeights` of spread.ts says about a block's `conv_proj_v`. Asked for by `weighted` in stages with
   * convolutional projection only; average pooling weighs its window evenly, and `linear` has no window.
   */
  readonly valueTaps: (stage: number, block: number) => Float32Array | Promise<Float32Array>;
}

/**
 * r · Ā of one block, Ā being the mean over heads of its attention.
 * @param r [cls + N], non-negative
 * @returns [cls + M], with the sum of r
 */
export type Attend = (stage: number, block: number, r: Float32Array) => Promise<Float32Array>;

/**
 * Attention rollout (Abnar & Zuidema, arXiv 2005.00928) through CvT's strided keys and its stages, as a walk backwards with
 * one vector: r ← ½·r·Ā·P + ½·r per block, CLS dropped at the start of a stage, then r ← r·T (attention-notes, "Views").
 * It follows attention alone and is the same for every class.
 * @throws EngineError `engine-bad-request` where the start does not exist
 * @throws SpecError `input-too-small`
 * @throws CancelledError
 */
export async function rollout(
  network: RolloutNetwork,
  start: RolloutStart,
  spread: SpreadWeights,
  attend: Attend,
  { signal, onProgress }: StudyOptions = {},
): Promise<Rollout> {
  const { spec, height, width } = network;
  const grids = stageGrids(spec, height, width);
  const from = start.kind === 'answer' ? grids.length - 1 : start.stage;
  let mass = startMass(grids, from, start);
  const total = spec.stages.slice(0, from + 1).reduce((sum, { depth }) => sum + depth, 0);
  let done = 0;
  const stages: RolloutStage[] = [];
  for (let stage = from; stage >= 0; stage--) {
    const { cls } = grids[stage]!;
    const stageSpec = spec.stages[stage]!;
    for (let block = stageSpec.depth - 1; block >= 0; block--) {
      throwIfCancelled(signal);
      const attended = await attend(stage, block, Float32Array.from(mass));
      const isWeighted = spread === 'weighted' && stageSpec.projection === 'dw_bn';
      const taps = isWeighted ? await network.valueTaps(stage, block) : null;
      const reached = keysToTokens(attended, spec, grids[stage]!, stage, taps);
      mass = mass.map((value, token) => (value + reached[token]!) / 2);
      onProgress?.(++done, total);
    }
    const clsMass = cls ? mass[0]! : 0;
    const grid = mass.subarray(cls);
    stages.push({ stage, tokens: Float32Array.from(grid), clsMass });
    const below = stage > 0 ? grids[stage - 1]! : null;
    const onto = below?.tokens ?? { rows: height, cols: width };
    mass = withCls(spreadOver(grid, onto, embedWindow(stageSpec), null), below?.cls ?? 0);
  }
  return { start, spread, stages, pixels: Float32Array.from(mass) };
}

/** P: [cls + M] → [cls + N]; CLS stays CLS. */
function keysToTokens(
  attended: Float32Array,
  spec: CvtSpec,
  { cls, tokens, keys }: StageGrids,
  stage: number,
  taps: Float32Array | null,
): Float64Array {
  const expected = cls + cellCount(keys);
  if (attended.length !== expected)
    throw new RangeError(`Attention over ${attended.length} keys where stage ${stage} has ${expected}.`);
  const window = keyWindow(spec.stages[stage]!);
  const mass = Float64Array.from(attended);
  if (!window) return mass;
  return withCls(spreadOver(mass.subarray(cls), tokens, window, taps), cls, attended[0]!);
}

function startMass(grids: readonly StageGrids[], from: number, start: RolloutStart): Float64Array {
  const stage = grids[from];
  if (!stage)
    throw new EngineError('engine-bad-request', `There is no stage ${from}; this network has ${grids.length}.`);
  const count = stage.cls + cellCount(stage.tokens);
  if (start.kind === 'answer' && stage.cls === 0) return new Float64Array(count).fill(1 / count);
  const token = start.kind === 'token' ? start.token : 0;
  if (!(Number.isInteger(token) && token >= 0 && token < count))
    throw new EngineError('engine-bad-request', `There is no token ${token}; stage ${from} has ${count}.`);
  const mass = new Float64Array(count);
  mass[token] = 1;
  return mass;
}

function withCls(grid: Float64Array, cls: 0 | 1, value = 0): Float64Array {
  if (cls === 0) return grid;
  const mass = new Float64Array(grid.length + 1);
  mass[0] = value;
  mass.set(grid, 1);
  return mass;
}
