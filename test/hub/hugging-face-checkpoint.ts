import type { CvtSpec } from '../../models/cvt/spec.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';

/** Official names to Hugging Face's, as transformers' own conversion has them. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^stage(\d+)\.cls_token$/, 'cvt.encoder.stages.$1.cls_token'],
  [/^stage(\d+)\.patch_embed\.proj\./, 'cvt.encoder.stages.$1.embedding.convolution_embeddings.projection.'],
  [/^stage(\d+)\.patch_embed\.norm\./, 'cvt.encoder.stages.$1.embedding.convolution_embeddings.normalization.'],
  [/^stage(\d+)\.blocks\.(\d+)\./, 'cvt.encoder.stages.$1.layers.$2.'],
  [/\.norm1\./, '.layernorm_before.'],
  [/\.norm2\./, '.layernorm_after.'],
  [/\.attn\.conv_proj_q\./, '.attention.attention.convolution_projection_query.convolution_projection.'],
  [/\.attn\.conv_proj_k\./, '.attention.attention.convolution_projection_key.convolution_projection.'],
  [/\.attn\.conv_proj_v\./, '.attention.attention.convolution_projection_value.convolution_projection.'],
  [/\.convolution_projection\.conv\./, '.convolution_projection.convolution.'],
  [/\.convolution_projection\.bn\./, '.convolution_projection.normalization.'],
  [/\.attn\.proj_q\./, '.attention.attention.projection_query.'],
  [/\.attn\.proj_k\./, '.attention.attention.projection_key.'],
  [/\.attn\.proj_v\./, '.attention.attention.projection_value.'],
  [/\.attn\.proj\./, '.attention.output.dense.'],
  [/\.mlp\.fc1\./, '.intermediate.dense.'],
  [/\.mlp\.fc2\./, '.output.dense.'],
  [/^norm\./, 'layernorm.'],
  [/^head\./, 'classifier.'],
];

export function huggingFaceName(official: string): string {
  return NAMES.reduce((name, [pattern, replacement]) => name.replace(pattern, replacement), official);
}

/** The formula's weights as a Hugging Face repository would have them: a safetensors file with its names. */
export function huggingFaceCheckpoint(spec: CvtSpec, numClasses: number, seed: number): Uint8Array {
  const official = formulaCheckpoint(spec, numClasses, seed);
  const headerEnd = 8 + Number(new DataView(official.buffer).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(official.subarray(8, headerEnd))) as Record<string, unknown>;
  const named = Object.fromEntries(Object.entries(header).map(([name, entry]) => [huggingFaceName(name), entry]));
  return withHeader({ __metadata__: { format: 'pt' }, ...named }, official.subarray(headerEnd));
}

/** A safetensors file: length, header padded with spaces to eight bytes, data. */
export function withHeader(header: object, data: Uint8Array): Uint8Array {
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + data.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.fill(0x20, 8, 8 + length);
  file.set(text, 8);
  file.set(data, 8 + length);
  return file;
}
