import { expectedTensors, isBuffer } from './expected-tensors.ts';
import { cellCount, stageGrids } from './grids.ts';
import { type CvtSpec, mlpWidth } from './spec.ts';

/** Parameters as PyTorch counts them: BatchNorm statistics are buffers and left out. */
export function countParameters(spec: CvtSpec, numClasses: number): number {
  let count = 0;
  for (const [key, shape] of expectedTensors(spec, numClasses))
    if (!isBuffer(key)) count += shape.reduce((product, size) => product * size, 1);
  return count;
}

/**
 * Multiply-adds of one forward pass over one picture of `height`×`width` pixels: convolutions, linear layers and the two
 * matrix products of attention. Normalisation, softmax, activation and pooling are left out, as the literature does.
 * @throws SpecError `input-too-small`
 */
export function countMultiplyAdds(spec: CvtSpec, numClasses: number, height: number, width: number): number {
  const grids = stageGrids(spec, height, width);
  let total = 0;
  let channels = 3;
  for (const [index, stage] of spec.stages.entries()) {
    const { tokens, keys, cls } = grids[index]!;
    const dim = stage.embedDim;
    const cells = cellCount(tokens);
    const keyCells = cellCount(keys);
    const queries = cls + cells;
    const keyCount = cls + keyCells;
    const embed = cells * dim * channels * stage.patchSize ** 2;
    const convolutions = stage.projection === 'dw_bn' ? (cells + 2 * keyCells) * dim * stage.kernelQkv ** 2 : 0;
    const linears = (2 * queries + 2 * keyCount) * dim * dim;
    const attention = 2 * queries * keyCount * dim;
    const mlp = 2 * queries * dim * mlpWidth(stage);
    total += embed + stage.depth * (convolutions + linears + attention + mlp);
    channels = dim;
  }
  return total + channels * numClasses;
}
