import { EngineError, type LensError } from '../errors.ts';
import { LARGEST_INPUT_SIDE } from '../image/preprocessing.ts';
import { countMultiplyAdds, countParameters } from './counts.ts';
import { cellCount, stageGrids } from './grids.ts';
import { type CvtSpec, mlpWidth, type StageSpec } from './spec.ts';

/** What the engine may take: WASM cannot address more (4.29e9), and few GPUs or laptops lend more. */
export const ENGINE_MEMORY_BYTES = 4e9;

/**
 * Attention is made for as many queries at a time as have this many bytes of scores, and the MLP for as many tokens as have this many
 * of hidden values. On the CPU less is no faster and more only takes memory (CvT-W24 at 384: 219 MB of activations with 32 MiB and
 * the MLP whole, 106 this way); CvT-13's largest block at 224 (9.4 MiB) stays whole. On a GPU every piece costs dispatches, and
 * CvT-W24's largest block at 384 (243 MiB) stays whole.
 */
const PIECE_BYTES = { cpu: 10 * 2 ** 20, gpu: 256 * 2 ** 20 } as const;
/** A block's attention is cut into this many pieces at most: each is a dozen nodes of the graph. */
const MOST_PIECES = 128;

const FLOAT_BYTES = 4;
/** WASM's own memory before anything is loaded. */
const RUNTIME_BYTES = 17e6;
/** Of the weights' bytes: graphs, packed copies of the matrices and what the allocator leaves between them. */
const WEIGHTS_FACTOR = 1.35;
/** Of an input pixel: its decoded and normalised forms and the sums that resampling keeps, in the page and in the runtime. */
const BYTES_PER_PIXEL = 40;
/** Copies of a stage's tokens that are alive at once beside taps, attention and MLP: residual, norms, grids, projections. */
const TOKEN_COPIES = 6;
/** Copies of a piece of the MLP's hidden values: before and after the activation. */
const HIDDEN_COPIES = 2;
/** Scores before and after the softmax. */
const SCORE_COPIES = 2;
/** What the allocator's holes and the heap's growth by a fifth at a time come to. */
const SLACK = 1.4;

interface Size {
  readonly height: number;
  readonly width: number;
}

/** What one picture of a size asks of a machine. */
export interface Footprint {
  readonly multiplyAdds: number;
  /**
   * The stage of which one block's attention, all heads and whole, is the largest, and its bytes. It is never made whole, but
   * it says why a size is out of reach: it grows with the square of the number of pixels.
   */
  readonly attention: { readonly stage: number; readonly bytes: number };
  /** What stays of a run for its studies (tap-names.ts). */
  readonly tapBytes: number;
  /**
   * Estimated peak while the picture is run, beyond the weights: activations with attention in pieces, and taps both in the
   * runtime and outside of it.
   */
  readonly runBytes: number;
  /** `runBytes`, the runtime's own and the weights'. */
  readonly peakBytes: number;
}

/**
 * How many bytes of scores to make at a time for an input of this size (`maxTensorBytes` of the graph).
 * @param bindingBytes a GPU's limit for one tensor; null on the CPU
 * @throws SpecError `input-too-small`
 */
export function attentionPieceBytes(spec: CvtSpec, size: Size, bindingBytes: number | null): number {
  const needed = Math.ceil(largestAttention(spec, size).bytes / MOST_PIECES);
  if (bindingBytes === null) return Math.max(PIECE_BYTES.cpu, needed);
  return Math.min(bindingBytes, Math.max(PIECE_BYTES.gpu, needed));
}

/**
 * Work and memory of one picture of `height`×`width` pixels. Held against the heap of onnxruntime-web 1.30 on WASM at fourteen
 * sizes (test/cvt/footprint.test.ts): 0.7 to 1.7 times what was measured, once 2.3; above 1 GB 1.1 to 1.2 times. The heap grows
 * by leaps, so that no estimate comes much closer. On a GPU it stands for the GPU's memory, which nobody can ask for.
 * @throws SpecError `input-too-small`
 */
export function footprintOf(spec: CvtSpec, numClasses: number, size: Size): Footprint {
  const { height, width } = size;
  const grids = stageGrids(spec, height, width);
  const pieceBytes = attentionPieceBytes(spec, size, null);
  let tapBytes = 0;
  let transient = 0;
  for (const [index, stage] of spec.stages.entries()) {
    const { tokens, keys, cls } = grids[index]!;
    const queryCount = cls + cellCount(tokens);
    const keyCount = cls + cellCount(keys);
    const attention = stage.numHeads * queryCount * keyCount * FLOAT_BYTES;
    const isLast = index === spec.stages.length - 1;
    tapBytes += stageTaps(stage, queryCount, keyCount, isLast) * FLOAT_BYTES;
    const tokenBytes = TOKEN_COPIES * queryCount * stage.embedDim * FLOAT_BYTES;
    const hidden = HIDDEN_COPIES * Math.min(queryCount * mlpWidth(stage) * FLOAT_BYTES, pieceBytes);
    const scores = SCORE_COPIES * Math.min(attention, pieceBytes);
    transient = Math.max(transient, tapBytes + tokenBytes + hidden + scores);
  }
  const runBytes = SLACK * transient + tapBytes + BYTES_PER_PIXEL * height * width;
  const weights = countParameters(spec, numClasses) * FLOAT_BYTES;
  return {
    multiplyAdds: countMultiplyAdds(spec, numClasses, height, width),
    attention: largestAttention(spec, size),
    tapBytes,
    runBytes,
    peakBytes: RUNTIME_BYTES + WEIGHTS_FACTOR * weights + runBytes,
  };
}

function largestAttention(spec: CvtSpec, { height, width }: Size): Footprint['attention'] {
  const sizes = stageGrids(spec, height, width).map(({ tokens, keys, cls }, stage) => {
    const scores = (cls + cellCount(tokens)) * (cls + cellCount(keys));
    return { stage, bytes: spec.stages[stage]!.numHeads * scores * FLOAT_BYTES };
  });
  return sizes.reduce((largest, each) => (each.bytes > largest.bytes ? each : largest));
}

/** What a session of a checkpoint of this many bytes keeps in the runtime. */
export function sessionBytes(weightBytes: number): number {
  return WEIGHTS_FACTOR * weightBytes;
}

/**
 * Why an input cannot be run; null where it can.
 * @throws SpecError `input-too-small`
 */
export function refusalOf(
  spec: CvtSpec,
  numClasses: number,
  size: Size,
  limitBytes: number = ENGINE_MEMORY_BYTES,
): LensError | null {
  const { height, width } = size;
  const isLong = Math.max(height, width) > LARGEST_INPUT_SIDE;
  const { peakBytes, attention } = footprintOf(spec, numClasses, size);
  if (!isLong && peakBytes <= limitBytes) return null;
  const largest = largestSizeThatFits(spec, numClasses, size, limitBytes);
  const why = isLong
    ? `${width}×${height} has a side of more than ${LARGEST_INPUT_SIDE} pixels`
    : `${width}×${height} would need about ${bytesInWords(peakBytes)} (stage ${attention.stage + 1}'s attention alone is ${bytesInWords(attention.bytes)} a block, computed in pieces)`;
  const way = largest
    ? `${largest.width}×${largest.height} is the largest of this shape that fits in ${bytesInWords(limitBytes)}.`
    : `No size of this shape fits in ${bytesInWords(limitBytes)}.`;
  return new EngineError('input-too-large', `${why}; ${way}`);
}

/** Sizes are offered in steps of this many pixels of the longer side: a token of the published last stages. */
const SIZE_STEP = 16;

/**
 * The largest input of the shape of `aspect` that {@link refusalOf} lets pass: its longer side a multiple of 16 pixels, the
 * other rounded to the nearest pixel. Null where none does.
 */
export function largestSizeThatFits(
  spec: CvtSpec,
  numClasses: number,
  aspect: Size,
  limitBytes: number = ENGINE_MEMORY_BYTES,
): Size | null {
  const shape = (steps: number): Size => {
    const longer = steps * SIZE_STEP;
    const shorter = Math.round(
      (longer * Math.min(aspect.height, aspect.width)) / Math.max(aspect.height, aspect.width),
    );
    return aspect.width >= aspect.height ? { width: longer, height: shorter } : { width: shorter, height: longer };
  };
  let fits = 0;
  let beyond = LARGEST_INPUT_SIDE / SIZE_STEP + 1;
  while (beyond - fits > 1) {
    const middle = Math.floor((fits + beyond) / 2);
    if (memoryFits(spec, numClasses, shape(middle), limitBytes)) fits = middle;
    else beyond = middle;
  }
  const found = shape(fits);
  return fits > 0 && isLargeEnough(spec, found) ? found : null;
}

/** Below what the network needs, memory is no matter. */
function memoryFits(spec: CvtSpec, numClasses: number, size: Size, limitBytes: number): boolean {
  return !isLargeEnough(spec, size) || footprintOf(spec, numClasses, size).peakBytes <= limitBytes;
}

function isLargeEnough(spec: CvtSpec, { height, width }: Size): boolean {
  try {
    stageGrids(spec, height, width);
    return true;
  } catch {
    return false;
  }
}

/** Floats that a stage leaves for studies. */
function stageTaps({ depth, embedDim }: StageSpec, queries: number, keys: number, isLast: boolean): number {
  // q, k and the block's tokens; in the last stage v as well. What else the last stage leaves is a few tokens, or with mean
  // pooling one more copy of them.
  return depth * embedDim * (2 * queries + keys * (isLast ? 2 : 1));
}

/** `560 GB`, `3.2 GB`, `40 MB`: as exact as an estimate is. */
export function bytesInWords(bytes: number): string {
  const [unit, value] = bytes >= 1e9 ? ['GB', bytes / 1e9] : ['MB', bytes / 1e6];
  return `${Number(value.toPrecision(2))} ${unit}`;
}
