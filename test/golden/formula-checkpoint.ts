import { expectedTensors } from '../../models/cvt/expected-tensors.ts';
import type { CvtSpec } from '../../models/cvt/spec.ts';
import { formulaTensor } from './formula-weights.ts';

/**
 * A safetensors file of formula weights with official names, as bytes. Its data starts 8-byte aligned, as upstream's does.
 * @param tensor makes the weights, where they are to differ from the formula's
 */
export function formulaCheckpoint(
  spec: CvtSpec,
  numClasses: number,
  seed: number,
  tensor: typeof formulaTensor = formulaTensor,
): Uint8Array<ArrayBuffer> {
  const shapes = [...expectedTensors(spec, numClasses)];
  let offset = 0;
  const header: Record<string, { dtype: 'F32'; shape: readonly number[]; data_offsets: [number, number] }> = {};
  for (const [name, shape] of shapes) {
    const end = offset + shape.reduce((product, size) => product * size, 4);
    header[name] = { dtype: 'F32', shape, data_offsets: [offset, end] };
    offset = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const headerLength = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + offset);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(text, 8);
  for (const [name, shape] of shapes) {
    const values = tensor(name, shape, seed);
    file.set(new Uint8Array(values.buffer), 8 + headerLength + header[name]!.data_offsets[0]);
  }
  return file;
}
