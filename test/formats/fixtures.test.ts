import { describe, expect, test } from 'vitest';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import type { FormatName } from '../../models/formats/tensor-index.ts';
import { formulaTensor } from '../golden/formula-weights.ts';
import { officialName } from './official-names.ts';
import { fixture } from './sources.ts';

/** Of the `tiny` model, `num_batches_tracked` of its 12 BatchNorms included. */
const TENSORS = 153;
const SEED = 1;
const LINEAR = /(\.(attn\.proj(_[qkv])?|fc[12])|^head)\.weight$/;
const NONE = /$^/;

interface Row {
  readonly file: string;
  readonly format: FormatName;
  /** Largest relative error that the element type allows: half of its last fraction bit. */
  readonly relative?: number;
  /** Which of its tensors are not row-major. */
  readonly strided?: RegExp;
}

const rows: readonly Row[] = [
  { file: 'official.safetensors', format: 'safetensors' },
  { file: 'hf-model.safetensors', format: 'safetensors' },
  { file: 'official-zip.pth', format: 'pytorch' },
  { file: 'official-half.pth', format: 'pytorch', relative: 2 ** -11 },
  { file: 'official-bfloat16.pth', format: 'pytorch', relative: 2 ** -8 },
  { file: 'official-strided-views.pth', format: 'pytorch', strided: LINEAR },
  { file: 'training-checkpoint.pth', format: 'pytorch' },
  { file: 'hf-pytorch_model.bin', format: 'pytorch' },
  { file: 'official-legacy.pth', format: 'pytorch' },
];

describe.each(rows)('$file', ({ file, format, relative = 0, strided = NONE }) => {
  test('holds the weights of the formula, seed 1, under the official names', async () => {
    const source = fixture(file);
    const index = await openCheckpoint(source);
    expect(index.format).toBe(format);
    expect(index.tensors.size).toBe(TENSORS);
    const official = await openCheckpoint(fixture('official.safetensors'));
    expect([...index.tensors.keys()].map(officialName).sort()).toEqual([...official.tensors.keys()].sort());

    for (const [name, entry] of index.tensors) {
      const key = officialName(name);
      // The safetensors fixtures hold PyTorch's scalars, which are counters, as [1].
      const shape = entry.shape.length === 0 ? [1] : entry.shape;
      expect(shape, key).toEqual(official.tensors.get(key)?.shape);
      const values = await readTensor(source, entry);
      const expected = formulaTensor(key, entry.shape, SEED);
      expect(values.length, key).toBe(expected.length);
      // Half's subnormals begin at 2^-14: below, its error is absolute.
      const wrong = values.findIndex((value, i) => {
        const allowed = relative * Math.max(Math.abs(expected[i]!), 2 ** -14);
        return !(Math.abs(value - expected[i]!) <= allowed);
      });
      expect(wrong, `${key}: first wrong element`).toBe(-1);
    }
    const names = [...index.tensors.values()].filter((entry) => entry.strides).map((entry) => entry.name);
    expect(names).toEqual([...index.tensors.keys()].filter((name) => strided.test(name)));
  });
});

test('safetensors gives the text it carries about itself', async () => {
  const { metadata } = await openCheckpoint(fixture('official.safetensors'));
  expect(metadata).toEqual({ format: 'pt' });
});
