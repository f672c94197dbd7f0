import type { Renames } from './renames.ts';

/**
 * Hugging Face's names to the official ones, applied in order. Shapes and layouts are the same.
 * Source: transformers' `convert_cvt_original_pytorch_checkpoint_to_pytorch.py`, read backwards.
 */
export const HUGGING_FACE: Renames = [
  [/^cvt\.encoder\.stages\.(\d+)\.cls_token$/, 'stage$1.cls_token'],
  [/^cvt\.encoder\.stages\.(\d+)\.embedding\.convolution_embeddings\.projection\./, 'stage$1.patch_embed.proj.'],
  [/^cvt\.encoder\.stages\.(\d+)\.embedding\.convolution_embeddings\.normalization\./, 'stage$1.patch_embed.norm.'],
  [/^cvt\.encoder\.stages\.(\d+)\.layers\.(\d+)\./, 'stage$1.blocks.$2.'],
  [/\.layernorm_before\./, '.norm1.'],
  [/\.layernorm_after\./, '.norm2.'],
  [
    /\.attention\.attention\.convolution_projection_(q|k|v)(?:uery|ey|alue)\.convolution_projection\.convolution\./,
    '.attn.conv_proj_$1.conv.',
  ],
  [
    /\.attention\.attention\.convolution_projection_(q|k|v)(?:uery|ey|alue)\.convolution_projection\.normalization\./,
    '.attn.conv_proj_$1.bn.',
  ],
  [/\.attention\.attention\.projection_(q|k|v)(?:uery|ey|alue)\./, '.attn.proj_$1.'],
  [/\.attention\.output\.dense\./, '.attn.proj.'],
  [/\.intermediate\.dense\./, '.mlp.fc1.'],
  [/\.output\.dense\./, '.mlp.fc2.'],
  [/^layernorm\./, 'norm.'],
  [/^classifier\./, 'head.'],
];
