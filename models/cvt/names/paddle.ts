import type { Renames } from './renames.ts';

/** What PaddleViT and PASSL share: the projection's convolution and BatchNorm by position, BatchNorm's statistics by Paddle's names. */
const PROJECTION: Renames = [
  [/\.conv_proj_(q|k|v)\.0\./, '.conv_proj_$1.conv.'],
  [/\.conv_proj_(q|k|v)\.1\./, '.conv_proj_$1.bn.'],
  [/\.bn\._mean$/, '.bn.running_mean'],
  [/\.bn\._variance$/, '.bn.running_var'],
];

/** BR-IDL/PaddleViT, image_classification/CvT/cvt.py. */
export const PADDLEVIT: Renames = [[/^stages\.(\d+)\./, 'stage$1.'], ...PROJECTION];

/** PaddlePaddle/PASSL, passl/modeling/backbones/cvt.py and heads/. */
export const PASSL: Renames = [[/^backbone\./, ''], [/^head\.fc_cls\./, 'head.'], ...PROJECTION];

/** The official key of a Linear layer's weight, which Paddle keeps as [in, out]. */
export const LINEAR_WEIGHT = /(\.attn\.proj(_[qkv])?|\.mlp\.fc[12]|^head)\.weight$/;
