import type { CvtSpec, StageSpec } from './spec.ts';

/** What every published CvT shares (the official `experiments/imagenet/cvt/*.yaml`), stage by stage. */
const PATCHES = [
  { patchSize: 7, patchStride: 4, patchPadding: 2 },
  { patchSize: 3, patchStride: 2, patchPadding: 1 },
  { patchSize: 3, patchStride: 2, patchPadding: 1 },
] as const;

export type VariantName = 'cvt-13' | 'cvt-21' | 'cvt-w24';

/** The published architectures: paper, table 2. */
export const VARIANTS: Readonly<Record<VariantName, CvtSpec>> = {
  'cvt-13': specLikePublished([64, 192, 384], [1, 3, 6], [1, 2, 10]),
  'cvt-21': specLikePublished([64, 192, 384], [1, 3, 6], [1, 4, 16]),
  'cvt-w24': specLikePublished([192, 768, 1024], [3, 12, 16], [2, 2, 20]),
};

/** The published architecture that `spec` is, or null. */
export function variantOf(spec: CvtSpec): VariantName | null {
  const wanted = JSON.stringify(spec);
  for (const name of Object.keys(VARIANTS) as VariantName[]) if (JSON.stringify(VARIANTS[name]) === wanted) return name;
  return null;
}

/**
 * A spec with the published windows and projections, and sizes of its own.
 * @param widths the channels of each of the three stages, multiples of their `heads`
 * @param depths blocks of each stage
 */
export function specLikePublished(
  widths: readonly number[],
  heads: readonly number[],
  depths: readonly number[],
): CvtSpec {
  return {
    stages: PATCHES.map(
      (patch, stage): StageSpec => ({
        ...patch,
        embedDim: widths[stage]!,
        numHeads: heads[stage]!,
        depth: depths[stage]!,
        mlpRatio: 4,
        qkvBias: true,
        clsToken: stage === PATCHES.length - 1,
        projection: 'dw_bn',
        kernelQkv: 3,
        paddingKv: 1,
        strideKv: 2,
        paddingQ: 1,
        strideQ: 1,
      }),
    ),
  };
}
