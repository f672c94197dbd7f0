/** Whose names a checkpoint's tensors carry. */
export type Naming = 'official' | 'huggingface';

/**
 * Hugging Face's names to the official ones, applied in order. Shapes and layouts are the same.
 * Source: transformers' `convert_cvt_original_pytorch_checkpoint_to_pytorch.py`, read backwards.
 */
const HUGGING_FACE: readonly (readonly [RegExp, string])[] = [
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

/** Which naming a set of tensor names follows. */
export function namingOf(names: Iterable<string>): Naming {
  for (const name of names) if (name.startsWith('cvt.encoder.')) return 'huggingface';
  return 'official';
}

/** The official state-dict key of the tensor that `naming` calls `name`; unknown names come back as they are. */
export function officialName(name: string, naming: Naming): string {
  if (naming === 'official') return name;
  return HUGGING_FACE.reduce((key, [pattern, replacement]) => key.replace(pattern, replacement), name);
}
