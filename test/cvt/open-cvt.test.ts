import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { expectedTensors } from '../../models/cvt/expected-tensors.ts';
import { impliedActivation, openCvt } from '../../models/cvt/open-cvt.ts';
import { recogniseVariant } from '../../models/cvt/recognise.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';

const fixture = (file: string) => readFile(join(import.meta.dirname, '..', 'fixtures', file));
const tinySpec = async () => parseSpecText(await fixture('official-spec.json').then(String), 'official-spec.json');

type Header = Record<string, unknown>;

/** Data without a tensor would be refused by the reader, so a tensor goes missing by another name. */
function rename(header: Header, key: string): void {
  header[`another.${key}`] = header[key];
  delete header[key];
}

/** official.safetensors with its header changed; data stays where it was. */
async function withHeader(change: (header: Header) => void): Promise<MemorySource> {
  const file = await fixture('official.safetensors');
  const length = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.subarray(8, 8 + length).toString()) as Header;
  change(header);
  const text = Buffer.from(JSON.stringify(header).padEnd(length + 512));
  const start = Buffer.alloc(8);
  start.writeBigUInt64LE(BigInt(text.length));
  return new MemorySource('changed.safetensors', Buffer.concat([start, text, file.subarray(8 + length)]));
}

describe('opening a CvT', () => {
  test.each([
    ['official.safetensors', 'official', 'quick_gelu'],
    ['hf-model.safetensors', 'huggingface', 'gelu'],
    ['hf-pytorch_model.bin', 'huggingface', 'gelu'],
    ['training-checkpoint.pth', 'official', 'quick_gelu'],
  ] as const)('%s has %s names and implies %s', async (file, naming, activation) => {
    const spec = await tinySpec();
    const checkpoint = await openCvt(new MemorySource(file, await fixture(file)), { spec, activation: null });
    expect(checkpoint).toMatchObject({ naming, activation, numClasses: 10, variant: null });
    expect([...checkpoint.tensors.keys()].sort()).toEqual([...expectedTensors(spec, 10).keys()].sort());
  });

  test('official weights under Hugging Face names keep QuickGELU', () => {
    expect(impliedActivation('huggingface', 1000)).toBe('quick_gelu');
  });

  test.each(Object.entries(VARIANTS))('%s is recognised from shapes alone', (name, spec) => {
    const shapes = new Map([...expectedTensors(spec, 1000)].map(([key, shape]) => [key, { shape }]));
    expect(recogniseVariant(shapes, 'model.pth').name).toBe(name);
  });

  test.each([
    [
      'a missing tensor',
      (header: Header) => rename(header, 'stage1.blocks.0.mlp.fc1.bias'),
      'missing-tensor',
      'stage1.blocks.0.mlp.fc1.bias',
    ],
    ['no head', (header: Header) => rename(header, 'head.weight'), 'missing-tensor', 'head.weight'],
    [
      'a tensor too many',
      (header: Header) => {
        header['stage0.pos_embed'] = { dtype: 'F32', shape: [0], data_offsets: [0, 0] };
      },
      'extra-tensor',
      'stage0.pos_embed',
    ],
    [
      'another shape',
      (header: Header) => {
        (header['norm.weight'] as { shape: number[] }).shape = [4, 12];
      },
      'wrong-shape',
      'norm.weight has shape [4, 12], expected [48]',
    ],
    [
      'whole numbers',
      (header: Header) => {
        (header['norm.weight'] as { dtype: string }).dtype = 'I32';
      },
      'wrong-dtype',
      'norm.weight',
    ],
  ])('%s is refused by name', async (_, change, code, named) => {
    const source = await withHeader(change);
    await expect(openCvt(source, { spec: await tinySpec(), activation: null })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(named),
    });
  });

  test('weights of something else are no CvT', async () => {
    const source = await withHeader((header) => {
      for (const key of Object.keys(header)) if (key !== '__metadata__') rename(header, key);
    });
    await expect(openCvt(source, { spec: null, activation: null })).rejects.toMatchObject({ code: 'missing-tensor' });
  });
});
