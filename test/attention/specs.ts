import type { CvtSpec, StageSpec } from '../../models/cvt/spec.ts';

const STAGE: StageSpec = {
  patchSize: 3,
  patchStride: 2,
  patchPadding: 1,
  embedDim: 8,
  numHeads: 1,
  depth: 1,
  mlpRatio: 4,
  qkvBias: true,
  clsToken: false,
  projection: 'dw_bn',
  kernelQkv: 3,
  paddingKv: 1,
  strideKv: 2,
  paddingQ: 1,
  strideQ: 1,
};

/** A spec whose stages differ from the official stage 2 as told. */
export function specOf(...stages: readonly Partial<StageSpec>[]): CvtSpec {
  return { stages: stages.map((stage) => ({ ...STAGE, ...stage })) };
}

/** The windows of every published CvT. */
export const OFFICIAL = specOf({ patchSize: 7, patchStride: 4, patchPadding: 2 }, {}, { clsToken: true });
