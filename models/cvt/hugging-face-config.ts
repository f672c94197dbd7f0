import { z } from 'zod';
import { reasonOf, SpecError } from '../errors.ts';
import { type CvtSpec, parseSpec } from './spec.ts';

/** What a Hugging Face `config.json` says about a CvT. */
export interface HuggingFaceConfig {
  readonly spec: CvtSpec;
  /** Class names in index order; null where there are none but the automatic `LABEL_0`, `LABEL_1`, … */
  readonly labels: readonly string[] | null;
}

/**
 * The keys of transformers' `CvtConfig`, with its defaults, which are CvT-13's (transformers, `configuration_cvt.py`).
 * `layer_norm_eps` is left out on purpose: the port never uses it, 1e-5 is real.
 */
const cvtConfig = z.object({
  model_type: z.literal('cvt'),
  num_channels: z.literal(3).default(3),
  patch_sizes: z.unknown().default([7, 3, 3]),
  patch_stride: z.unknown().default([4, 2, 2]),
  patch_padding: z.unknown().default([2, 1, 1]),
  embed_dim: z.array(z.unknown()).default([64, 192, 384]),
  num_heads: z.unknown().default([1, 3, 6]),
  depth: z.unknown().default([1, 2, 10]),
  mlp_ratio: z.unknown().default([4, 4, 4]),
  qkv_bias: z.unknown().default([true, true, true]),
  cls_token: z.unknown().default([false, false, true]),
  qkv_projection_method: z.unknown().default(['dw_bn', 'dw_bn', 'dw_bn']),
  kernel_qkv: z.unknown().default([3, 3, 3]),
  padding_kv: z.unknown().default([1, 1, 1]),
  stride_kv: z.unknown().default([2, 2, 2]),
  padding_q: z.unknown().default([1, 1, 1]),
  stride_q: z.unknown().default([1, 1, 1]),
  id2label: z.record(z.string().regex(/^\d{1,7}$/), z.string()).nullish(),
});

/** ImageNet-22k has 21,841 classes; nothing that was trained has ten times as many. */
const MAX_CLASSES = 250_000;

/**
 * The spec and the class names of a Hugging Face `config.json`.
 * @param data the parsed JSON
 * @param source names the file in messages
 * @throws SpecError `spec-invalid`, `spec-residual-grid`
 */
export function parseHuggingFaceConfig(data: unknown, source: string): HuggingFaceConfig {
  const parsed = cvtConfig.safeParse(data);
  if (!parsed.success) throw refusal(data, source, parsed.error);
  const config = parsed.data;
  const official = {
    NUM_STAGES: config.embed_dim.length,
    PATCH_SIZE: config.patch_sizes,
    PATCH_STRIDE: config.patch_stride,
    PATCH_PADDING: config.patch_padding,
    DIM_EMBED: config.embed_dim,
    NUM_HEADS: config.num_heads,
    DEPTH: config.depth,
    MLP_RATIO: config.mlp_ratio,
    QKV_BIAS: config.qkv_bias,
    CLS_TOKEN: config.cls_token,
    QKV_PROJ_METHOD: config.qkv_projection_method,
    KERNEL_QKV: config.kernel_qkv,
    PADDING_KV: config.padding_kv,
    STRIDE_KV: config.stride_kv,
    PADDING_Q: config.padding_q,
    STRIDE_Q: config.stride_q,
  };
  return { spec: parseSpec(official, source), labels: labelsOf(config.id2label ?? {}, source) };
}

/** {@link parseHuggingFaceConfig} for JSON text. @throws SpecError `spec-unreadable` where the text is not JSON. */
export function parseHuggingFaceConfigText(text: string, source: string): HuggingFaceConfig {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (error) {
    throw new SpecError('spec-unreadable', `${source}: not JSON (${reasonOf(error)}).`, { cause: error });
  }
  return parseHuggingFaceConfig(data, source);
}

/** Whether `data` is a Hugging Face configuration, of whatever model, rather than an official spec. */
export function isHuggingFaceConfig(data: unknown): boolean {
  return z.object({ model_type: z.string() }).safeParse(data).success;
}

function refusal(data: unknown, source: string, error: z.ZodError): SpecError {
  const other = z.object({ model_type: z.string().max(100) }).safeParse(data);
  if (other.success && other.data.model_type !== 'cvt')
    return new SpecError(
      'spec-invalid',
      `${source}: this describes a model of the type "${other.data.model_type}", not a CvT ("cvt").`,
    );
  const issue = error.issues[0];
  return new SpecError(
    'spec-invalid',
    `${source}: ${issue?.path.join('.') || 'config'}: ${issue?.message ?? 'not a CvT configuration'}.`,
  );
}

function labelsOf(id2label: Readonly<Record<string, string>>, source: string): readonly string[] | null {
  const count = Object.keys(id2label).length;
  if (count === 0) return null;
  if (count > MAX_CLASSES) throw new SpecError('spec-invalid', `${source}: id2label names ${count} classes.`);
  const labels: string[] = [];
  for (let index = 0; index < count; index++) {
    const label = id2label[String(index)];
    if (label === undefined)
      throw new SpecError('spec-invalid', `${source}: id2label has ${count} names but none for class ${index}.`);
    labels.push(label);
  }
  // transformers writes these where nobody gave names.
  return labels.every((label, index) => label === `LABEL_${index}`) ? null : labels;
}
