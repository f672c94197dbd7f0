import { foldBatchNorm } from '../cvt/norms.ts';
import type { CvtSpec } from '../cvt/spec.ts';
import type { ClassHead } from './attribution.ts';
import type { ProjectionKind } from './projection-study.ts';
import { tapWeights } from './spread.ts';
import type { DepthwiseWeights } from './token-windows.ts';

/** A tensor of the checkpoint by its official key. @throws CheckpointError, CancelledError */
export type ReadWeight = (key: string) => Promise<Float32Array>;

/** The rows of the head, in the order of `classes`. @param logits [classes], as the network gave them */
export async function classHeads(
  classes: readonly number[],
  logits: Float32Array,
  read: ReadWeight,
): Promise<readonly ClassHead[]> {
  const [weight, bias] = [await read('head.weight'), await read('head.bias')];
  const width = weight.length / bias.length;
  return classes.map((index) => ({
    index,
    weight: weight.subarray(index * width, (index + 1) * width),
    bias: bias[index]!,
    logit: logits[index]!,
  }));
}

/** A block's depthwise convolutions, BatchNorm folded in. @param key of its attention, `stageS.blocks.B.attn` */
export async function depthwiseWeights(
  key: string,
  read: ReadWeight,
): Promise<Readonly<Record<ProjectionKind, DepthwiseWeights>>> {
  const folded = async (name: ProjectionKind): Promise<DepthwiseWeights> => {
    const part = (suffix: string) => read(`${key}.conv_proj_${name}.${suffix}`);
    return foldBatchNorm(await part('conv.weight'), {
      weight: await part('bn.weight'),
      bias: await part('bn.bias'),
      mean: await part('bn.running_mean'),
      variance: await part('bn.running_var'),
    });
  };
  return { q: await folded('q'), k: await folded('k'), v: await folded('v') };
}

/**
 * How much weight lies on each tap of `conv_proj_v`, by stage and block, for stages 0 to `last`; empty where a stage's
 * projection is no convolution.
 */
export async function valueTapsOf(
  spec: CvtSpec,
  last: number,
  read: ReadWeight,
): Promise<readonly (readonly Float32Array[])[]> {
  const taps: Float32Array[][] = [];
  for (const [stage, { projection, depth }] of spec.stages.slice(0, last + 1).entries()) {
    const blocks: Float32Array[] = [];
    for (let block = 0; projection === 'dw_bn' && block < depth; block++) {
      const key = `stage${stage}.blocks.${block}.attn.conv_proj_v`;
      const [kernel, gamma] = [await read(`${key}.conv.weight`), await read(`${key}.bn.weight`)];
      blocks.push(tapWeights(kernel, gamma, await read(`${key}.bn.running_var`)));
    }
    taps.push(blocks);
  }
  return taps;
}
