import { type CvtSpec, mlpWidth, type StageSpec } from './spec.ts';

/** The three projections of a block, in the official order. */
export const PROJECTIONS = ['q', 'k', 'v'] as const;
export type ProjectionName = (typeof PROJECTIONS)[number];

/** The running statistics of a BatchNorm: in a state dict, but no parameters. */
const BUFFERS = /\.(running_mean|running_var|num_batches_tracked)$/;

/**
 * Every tensor that a checkpoint of `spec` holds: official state-dict key → shape. `num_batches_tracked` counters are
 * left out, since nothing reads them and several formats drop them.
 */
export function expectedTensors(spec: CvtSpec, numClasses: number): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  let channels = 3;
  for (const [index, stage] of spec.stages.entries()) {
    const prefix = `stage${index}`;
    const dim = stage.embedDim;
    if (stage.clsToken) shapes.set(`${prefix}.cls_token`, [1, 1, dim]);
    shapes.set(`${prefix}.patch_embed.proj.weight`, [dim, channels, stage.patchSize, stage.patchSize]);
    shapes.set(`${prefix}.patch_embed.proj.bias`, [dim]);
    addNorm(shapes, `${prefix}.patch_embed.norm`, dim);
    for (let block = 0; block < stage.depth; block++) addBlock(shapes, `${prefix}.blocks.${block}`, stage);
    channels = dim;
  }
  addNorm(shapes, 'norm', channels);
  addLinear(shapes, 'head', channels, numClasses, true);
  return shapes;
}

/** Whether the official key names a buffer (BatchNorm statistics), which parameter counts leave out. */
export function isBuffer(key: string): boolean {
  return BUFFERS.test(key);
}

type Shapes = Map<string, readonly number[]>;

function addBlock(shapes: Shapes, prefix: string, stage: StageSpec): void {
  const dim = stage.embedDim;
  const hidden = mlpWidth(stage);
  addNorm(shapes, `${prefix}.norm1`, dim);
  for (const name of PROJECTIONS) {
    if (stage.projection === 'dw_bn') {
      const projection = `${prefix}.attn.conv_proj_${name}`;
      shapes.set(`${projection}.conv.weight`, [dim, 1, stage.kernelQkv, stage.kernelQkv]);
      addNorm(shapes, `${projection}.bn`, dim);
      shapes.set(`${projection}.bn.running_mean`, [dim]);
      shapes.set(`${projection}.bn.running_var`, [dim]);
    }
    addLinear(shapes, `${prefix}.attn.proj_${name}`, dim, dim, stage.qkvBias);
  }
  addLinear(shapes, `${prefix}.attn.proj`, dim, dim, true);
  addNorm(shapes, `${prefix}.norm2`, dim);
  addLinear(shapes, `${prefix}.mlp.fc1`, dim, hidden, true);
  addLinear(shapes, `${prefix}.mlp.fc2`, hidden, dim, true);
}

function addNorm(shapes: Shapes, prefix: string, dim: number): void {
  shapes.set(`${prefix}.weight`, [dim]);
  shapes.set(`${prefix}.bias`, [dim]);
}

function addLinear(shapes: Shapes, prefix: string, inputs: number, outputs: number, bias: boolean): void {
  shapes.set(`${prefix}.weight`, [outputs, inputs]);
  if (bias) shapes.set(`${prefix}.bias`, [outputs]);
}
