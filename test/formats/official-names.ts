/** Hugging Face's tensor names to the official ones, as strings are: for comparing fixtures, apart from the app's own table. */
const RENAMES: readonly (readonly [RegExp, string])[] = [
  [/^cvt\.encoder\.stages\.(\d+)\./, 'stage$1.'],
  [/^layernorm\./, 'norm.'],
  [/^classifier\./, 'head.'],
  [/\.embedding\.convolution_embeddings\.projection\./, '.patch_embed.proj.'],
  [/\.embedding\.convolution_embeddings\.normalization\./, '.patch_embed.norm.'],
  [/\.layers\.(\d+)\./, '.blocks.$1.'],
  [/\.layernorm_before\./, '.norm1.'],
  [/\.layernorm_after\./, '.norm2.'],
  [/\.attention\.attention\.convolution_projection_(query|key|value)\.convolution_projection\./, '.attn.conv_proj_$1.'],
  [/\.attention\.attention\.projection_(query|key|value)\./, '.attn.proj_$1.'],
  [/\.attention\.output\.dense\./, '.attn.proj.'],
  [/\.intermediate\.dense\./, '.mlp.fc1.'],
  [/\.output\.dense\./, '.mlp.fc2.'],
  [/\.convolution\./, '.conv.'],
  [/\.normalization\./, '.bn.'],
  [/proj_query\./, 'proj_q.'],
  [/proj_key\./, 'proj_k.'],
  [/proj_value\./, 'proj_v.'],
];

export function officialName(name: string): string {
  return RENAMES.reduce((text, [from, to]) => text.replace(from, to), name);
}
