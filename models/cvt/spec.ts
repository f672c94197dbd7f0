import { z } from 'zod';
import { SpecError } from '../errors.ts';

/** How a block makes its queries, keys and values: depthwise convolution + BatchNorm, average pooling, or nothing. */
export type ProjectionMethod = 'dw_bn' | 'avg' | 'linear';

/** The nonlinearity of the MLP. The official weights were trained with QuickGELU, x·sigmoid(1.702x). */
export type Activation = 'quick_gelu' | 'gelu';
export const activationSchema: z.ZodType<Activation> = z.enum(['quick_gelu', 'gelu']);

export interface StageSpec {
  readonly patchSize: number;
  readonly patchStride: number;
  readonly patchPadding: number;
  readonly embedDim: number;
  readonly numHeads: number;
  readonly depth: number;
  readonly mlpRatio: number;
  readonly qkvBias: boolean;
  readonly clsToken: boolean;
  readonly projection: ProjectionMethod;
  readonly kernelQkv: number;
  readonly paddingKv: number;
  readonly strideKv: number;
  readonly paddingQ: number;
  readonly strideQ: number;
}

/** A CvT architecture, stage by stage. Class count, input size and activation are not part of it. */
export interface CvtSpec {
  readonly stages: readonly StageSpec[];
}

/** Limits far beyond any published model; they keep a made-up spec from asking for absurd work. */
const MAX_STAGES = 8;
const MAX_DEPTH = 256;
const MAX_WIDTH = 1 << 16;
const MAX_WINDOW = 1024;

const positive = (max: number) => z.int().min(1).max(max);
const padding = z.int().min(0).max(MAX_WINDOW);

/** The official `MODEL.SPEC` keys that shape the network. Training-only keys (drop rates, INIT) may stand beside them. */
export const officialSpecSchema = z.object({
  NUM_STAGES: positive(MAX_STAGES),
  PATCH_SIZE: z.array(positive(MAX_WINDOW)),
  PATCH_STRIDE: z.array(positive(MAX_WINDOW)),
  PATCH_PADDING: z.array(padding),
  DIM_EMBED: z.array(positive(MAX_WIDTH)),
  NUM_HEADS: z.array(positive(MAX_WIDTH)),
  DEPTH: z.array(positive(MAX_DEPTH)),
  MLP_RATIO: z.array(z.number().positive().max(64)),
  QKV_BIAS: z.array(z.boolean()),
  CLS_TOKEN: z.array(z.boolean()),
  QKV_PROJ_METHOD: z.array(z.enum(['dw_bn', 'avg', 'linear'])),
  KERNEL_QKV: z.array(positive(MAX_WINDOW)),
  PADDING_KV: z.array(padding),
  STRIDE_KV: z.array(positive(MAX_WINDOW)),
  PADDING_Q: z.array(padding),
  STRIDE_Q: z.array(positive(MAX_WINDOW)),
});

export type OfficialSpec = z.infer<typeof officialSpecSchema>;

/**
 * A spec from data with the official SPEC keys, alone or under `MODEL.SPEC` as in the official configuration files.
 * @param source names the data in messages, usually a file name
 * @throws SpecError `spec-invalid`, `spec-residual-grid`
 */
export function parseSpec(data: unknown, source: string): CvtSpec {
  const nested = z.object({ MODEL: z.object({ SPEC: z.unknown() }) }).safeParse(data);
  const parsed = officialSpecSchema.safeParse(nested.success ? nested.data.MODEL.SPEC : data);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const key = issue?.path.join('.') || 'the spec';
    throw new SpecError('spec-invalid', `${source}: ${key}: ${issue?.message ?? 'not a CvT spec'}.`);
  }
  const official = parsed.data;
  const count = official.NUM_STAGES;
  for (const [key, value] of Object.entries(official))
    if (Array.isArray(value) && value.length !== count)
      throw new SpecError('spec-invalid', `${source}: ${key} has ${value.length} entries for NUM_STAGES ${count}.`);
  const spec = { stages: Array.from({ length: count }, (_, stage) => stageOf(official, stage)) };
  checkSpec(spec, source);
  return spec;
}

/** A spec written back with the official keys; `parseSpec(toOfficialSpec(spec))` equals `spec`. */
export function toOfficialSpec(spec: CvtSpec): OfficialSpec {
  const each = <T>(pick: (stage: StageSpec) => T): T[] => spec.stages.map(pick);
  return {
    NUM_STAGES: spec.stages.length,
    PATCH_SIZE: each((s) => s.patchSize),
    PATCH_STRIDE: each((s) => s.patchStride),
    PATCH_PADDING: each((s) => s.patchPadding),
    DIM_EMBED: each((s) => s.embedDim),
    NUM_HEADS: each((s) => s.numHeads),
    DEPTH: each((s) => s.depth),
    MLP_RATIO: each((s) => s.mlpRatio),
    QKV_BIAS: each((s) => s.qkvBias),
    CLS_TOKEN: each((s) => s.clsToken),
    QKV_PROJ_METHOD: each((s) => s.projection),
    KERNEL_QKV: each((s) => s.kernelQkv),
    PADDING_KV: each((s) => s.paddingKv),
    STRIDE_KV: each((s) => s.strideKv),
    PADDING_Q: each((s) => s.paddingQ),
    STRIDE_Q: each((s) => s.strideQ),
  };
}

/** Width of the MLP's hidden layer, as the official code truncates it. */
export function mlpWidth(stage: StageSpec): number {
  return Math.trunc(stage.embedDim * stage.mlpRatio);
}

function stageOf(official: OfficialSpec, stage: number): StageSpec {
  return {
    patchSize: official.PATCH_SIZE[stage]!,
    patchStride: official.PATCH_STRIDE[stage]!,
    patchPadding: official.PATCH_PADDING[stage]!,
    embedDim: official.DIM_EMBED[stage]!,
    numHeads: official.NUM_HEADS[stage]!,
    depth: official.DEPTH[stage]!,
    mlpRatio: official.MLP_RATIO[stage]!,
    qkvBias: official.QKV_BIAS[stage]!,
    clsToken: official.CLS_TOKEN[stage]!,
    projection: official.QKV_PROJ_METHOD[stage]!,
    kernelQkv: official.KERNEL_QKV[stage]!,
    paddingKv: official.PADDING_KV[stage]!,
    strideKv: official.STRIDE_KV[stage]!,
    paddingQ: official.PADDING_Q[stage]!,
    strideQ: official.STRIDE_Q[stage]!,
  };
}

function checkSpec(spec: CvtSpec, source: string): void {
  for (const [index, stage] of spec.stages.entries()) {
    const where = `${source}: stage ${index}`;
    if (stage.embedDim % stage.numHeads !== 0)
      throw new SpecError(
        'spec-invalid',
        `${where}: DIM_EMBED ${stage.embedDim} is not divisible by NUM_HEADS ${stage.numHeads}.`,
      );
    if (mlpWidth(stage) < 1)
      throw new SpecError('spec-invalid', `${where}: MLP_RATIO ${stage.mlpRatio} leaves no MLP.`);
    // torch.nn.AvgPool2d's own rule: a window must never lie wholly in the padding.
    if (stage.projection === 'avg' && stage.paddingKv * 2 > stage.kernelQkv)
      throw new SpecError(
        'spec-invalid',
        `${where}: PADDING_KV is more than half of KERNEL_QKV, which pooling forbids.`,
      );
    // Queries are added back onto the tokens, so their grid must be the token grid at every input size.
    if (stage.projection === 'dw_bn' && (stage.strideQ !== 1 || 2 * stage.paddingQ !== stage.kernelQkv - 1))
      throw new SpecError(
        'spec-residual-grid',
        `${where}: queries with KERNEL_QKV ${stage.kernelQkv}, STRIDE_Q ${stage.strideQ} and PADDING_Q ${stage.paddingQ} ` +
          `do not keep the token grid that the residual needs. STRIDE_Q must be 1 and PADDING_Q (KERNEL_QKV − 1) / 2.`,
      );
  }
}
