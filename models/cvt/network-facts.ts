import { countMultiplyAdds } from './counts.ts';
import { type GridSize, type StageGrids, stageGrids } from './grids.ts';
import type { CvtSpec } from './spec.ts';

export interface StageFacts {
  readonly grids: StageGrids;
  readonly heads: number;
  readonly depth: number;
}

/** What a network is at one input size. */
export interface NetworkFacts {
  /** In pixels. */
  readonly input: GridSize;
  /** Of one picture. */
  readonly multiplyAdds: number;
  readonly stages: readonly StageFacts[];
}

/** @throws SpecError `input-too-small` */
export function networkFacts(spec: CvtSpec, numClasses: number, input: GridSize): NetworkFacts {
  const grids = stageGrids(spec, input.rows, input.cols);
  return {
    input,
    multiplyAdds: countMultiplyAdds(spec, numClasses, input.rows, input.cols),
    stages: spec.stages.map(({ numHeads, depth }, index) => ({ grids: grids[index]!, heads: numHeads, depth })),
  };
}
