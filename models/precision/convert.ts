import type { ByteSource } from '../bytes/byte-source.ts';
import { decodeHalf, encodeHalf, LARGEST_HALF } from '../bytes/half.ts';
import { expectedTensors } from '../cvt/expected-tensors.ts';
import type { CvtCheckpoint } from '../cvt/open-cvt.ts';
import { CheckpointError } from '../errors.ts';
import { openCheckpoint } from '../formats/open-checkpoint.ts';
import { readTensor } from '../formats/read-tensor.ts';
import type { TensorEntry } from '../formats/tensor-index.ts';
import { type SafetensorsFile, safetensorsFile, type TensorToWrite } from '../formats/write-safetensors.ts';
import type { ConvertedPrecision, Precision } from './precision.ts';
import { dequantiseLinear, quantiseLinear } from './quantise.ts';

/** Part of the names of kept files: to be raised whenever the same weights would be converted to other bytes. */
export const CONVERSION_VERSION = 1;

/** Beside a Linear's 8-bit weight, one number an output. */
export function scaleName(key: string): string {
  return `${key}.scale`;
}

/** The blocks' Linears. The head stays as it is: one row of its product is asked for, which int8 would not make faster. */
const QUANTISED = /^stage\d+\.blocks\.\d+\.(attn\.proj(_[qkv])?|mlp\.fc[12])\.weight$/;

/** Folded into convolutions while a graph is built, in float32, and rounded after. */
const FOLDED = /\.conv_proj_[qkv]\./;

/**
 * The checkpoint's weights in another precision, as a safetensors file under the official names. Tensors are read one at a time, as
 * the file is written. `int8`: the blocks' Linears as I8 [in, out], each with a scale [out] beside it, all else F32. `fp16`: F16 but for
 * what is folded later.
 * @throws CheckpointError while it is written: `too-large-for-fp16`, or where a tensor cannot be read; CancelledError
 */
export function convertedFile(
  checkpoint: CvtCheckpoint,
  precision: ConvertedPrecision,
  signal?: AbortSignal,
): SafetensorsFile {
  const { source, spec, numClasses, tensors } = checkpoint;
  const parts = [...expectedTensors(spec, numClasses)].flatMap(([name, shape]): readonly TensorToWrite[] => {
    const read = (): Promise<Float32Array> => readTensor(source, tensors.get(name)!, signal);
    if (precision === 'int8')
      return QUANTISED.test(name) ? quantised(checkpoint.name, name, shape, read) : [{ name, shape, load: read }];
    if (FOLDED.test(name)) return [{ name, shape, load: read }];
    return [{ name, shape, dtype: 'F16', load: async () => halves(checkpoint.name, name, await read()) }];
  });
  return safetensorsFile(parts, { format: 'cvt-lens', precision, conversion: String(CONVERSION_VERSION) });
}

function quantised(
  file: string,
  name: string,
  shape: readonly number[],
  read: () => Promise<Float32Array>,
): readonly TensorToWrite[] {
  const [outputs, inputs] = shape as [number, number];
  let scale: Float32Array | null = null;
  return [
    {
      name,
      dtype: 'I8',
      shape: [inputs, outputs],
      async load() {
        const weight = quantiseLinear(await read(), outputs);
        // Rounding would make a number of what is none.
        if (!weight.scale.every(Number.isFinite))
          throw new CheckpointError('not-finite', `${file}: ${name} holds numbers that are not finite.`);
        scale = weight.scale;
        return weight.values;
      },
    },
    {
      name: scaleName(name),
      shape: [outputs],
      async load() {
        if (scale === null) throw new Error(`${name} is to be written before its scale`);
        return scale;
      },
    },
  ];
}

function halves(file: string, name: string, values: Float32Array): Uint16Array {
  const encoded = encodeHalf(values);
  const at = encoded.findIndex((half) => (half & 0x7c00) === 0x7c00);
  if (at >= 0)
    throw new CheckpointError(
      'too-large-for-fp16',
      `${file}: ${name} holds ${values[at]}, and 16-bit floats end at ${LARGEST_HALF}. Use this model in 32 bits.`,
    );
  return encoded;
}

/**
 * A checkpoint whose weights lie converted in `file`.
 * @param original whose weights these are
 * @throws CheckpointError `missing-tensor`, `wrong-shape` and what the reader finds wrong; CancelledError
 */
export async function openConverted(
  file: ByteSource,
  original: CvtCheckpoint,
  precision: ConvertedPrecision,
  signal?: AbortSignal,
): Promise<CvtCheckpoint> {
  const { tensors } = await openCheckpoint(file, signal);
  for (const [name, shape] of expectedTensors(original.spec, original.numClasses)) {
    const isQuantised = precision === 'int8' && QUANTISED.test(name);
    checkTensor(file, tensors, name, isQuantised ? shape.toReversed() : shape);
    if (isQuantised) checkTensor(file, tensors, scaleName(name), [shape[0]!]);
  }
  return { ...original, source: file, format: 'safetensors', naming: 'official', tensors };
}

function checkTensor(
  file: ByteSource,
  tensors: ReadonlyMap<string, TensorEntry>,
  name: string,
  shape: readonly number[],
): void {
  const entry = tensors.get(name);
  if (!entry) throw new CheckpointError('missing-tensor', `${file.name}: ${name} is missing.`);
  if (entry.shape.join() !== shape.join())
    throw new CheckpointError(
      'wrong-shape',
      `${file.name}: ${name} is [${entry.shape.join(', ')}], not [${shape.join(', ')}].`,
    );
}

/**
 * A tensor's numbers as a network of that precision has them. Rounded anew, so that a kept file may go while its network stays.
 * @param values of the original, in the official shape
 */
export function asUsed(
  key: string,
  values: Float32Array,
  shape: readonly number[],
  precision: Precision,
): Float32Array {
  if (precision === 'fp16' && !FOLDED.test(key)) return decodeHalf(encodeHalf(values));
  if (precision !== 'int8' || !QUANTISED.test(key)) return values;
  return dequantiseLinear(quantiseLinear(values, shape[0]!));
}
