import type { CvtSpec, StageSpec } from '../../models/cvt/spec.ts';
import { specLikePublished } from '../../models/cvt/variants.ts';

/** The windows of every published CvT. */
export const OFFICIAL = specLikePublished([8, 8, 8], [1, 1, 1], [1, 1, 1]);

/** A spec whose stages differ from the official stage 2 as told. */
export function specOf(...stages: readonly Partial<StageSpec>[]): CvtSpec {
  return { stages: stages.map((stage) => ({ ...OFFICIAL.stages[1]!, ...stage })) };
}
