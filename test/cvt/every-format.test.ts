import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { canonicalCopy } from '../../models/cvt/canonical-copy.ts';
import { checkFinite } from '../../models/cvt/check-finite.ts';
import { countParameters } from '../../models/cvt/counts.ts';
import { expectedTensors } from '../../models/cvt/expected-tensors.ts';
import { kerasTensors } from '../../models/cvt/names/keras.ts';
import { type CvtCheckpoint, openCvt } from '../../models/cvt/open-cvt.ts';
import { parseSpecText } from '../../models/cvt/spec-text.ts';
import { renamedTensors } from '../../models/cvt/tensor-names.ts';
import { CancelledError } from '../../models/errors.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { readTensor } from '../../models/formats/read-tensor.ts';
import { bytesOf } from '../formats/byte-writer.ts';
import { formulaTensor } from '../golden/formula-weights.ts';

const SEED = 1;
const CLASSES = 10;

const fixture = (file: string) => readFile(join(import.meta.dirname, '..', 'fixtures', file));
const tinySpec = async () => parseSpecText(await fixture('official-spec.json').then(String), 'official-spec.json');

async function open(name: string, bytes: Uint8Array): Promise<CvtCheckpoint> {
  return openCvt(new MemorySource(name, bytes), { spec: await tinySpec(), activation: null });
}

const read = ({ source, tensors }: CvtCheckpoint, key: string) => readTensor(source, tensors.get(key)!);

/** The largest relative error that the element type allows: half of its last fraction bit. */
const FILES = [
  ['official.safetensors', 'official', 0],
  ['official-zip.pth', 'official', 0],
  ['official-legacy.pth', 'official', 0],
  ['official-strided-views.pth', 'official', 0],
  ['training-checkpoint.pth', 'official', 0],
  ['official-half.pth', 'official', 2 ** -11],
  ['official-bfloat16.pth', 'official', 2 ** -8],
  ['hf-model.safetensors', 'huggingface', 0],
  ['hf-pytorch_model.bin', 'huggingface', 0],
  ['paddlevit-p2.pdparams', 'paddlevit', 0],
  ['paddlevit-p4.pdparams', 'paddlevit', 0],
  ['passl-p4.pdparams', 'passl', 0],
  ['cvt-tensorflow.h5', 'keras', 0],
] as const;

describe.each(FILES)('%s', (file, naming, relative) => {
  test('holds the weights of the formula under the official names, in the official layout', async () => {
    const checkpoint = await open(file, await fixture(file));
    expect(checkpoint).toMatchObject({ naming, numClasses: CLASSES });
    const expected = expectedTensors(await tinySpec(), CLASSES);
    expect([...checkpoint.tensors.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [key, shape] of expected) {
      const values = await read(checkpoint, key);
      const formula = formulaTensor(key, shape, SEED);
      expect(values.length, key).toBe(formula.length);
      // Half's subnormals begin at 2^-14: below, its error is absolute.
      const wrong = values.findIndex(
        (value, i) => !(Math.abs(value - formula[i]!) <= relative * Math.max(Math.abs(formula[i]!), 2 ** -14)),
      );
      expect(wrong, `${key}: first wrong element`).toBe(-1);
    }
  });

  test('its copy is a safetensors file with the same tensors', async () => {
    const checkpoint = await open(file, await fixture(file));
    const copy = canonicalCopy(checkpoint);
    const pieces: Uint8Array[] = [];
    for await (const piece of copy.write()) pieces.push(Uint8Array.from(piece));
    const bytes = bytesOf(...pieces);
    expect(bytes.length).toBe(copy.byteLength);
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThan(60_000);
    const again = await open('copy.safetensors', bytes);
    expect(again.naming).toBe('official');
    for (const [key, entry] of again.tensors) {
      expect(entry.dtype).toBe('F32');
      expect(entry.strides).toBeUndefined();
      expect(await read(again, key)).toEqual(await read(checkpoint, key));
    }
  });

  test('its weights are finite, and progress ends at the whole', async () => {
    const checkpoint = await open(file, await fixture(file));
    const progress: [number, number][] = [];
    await checkFinite(checkpoint, undefined, (done, total) => progress.push([done, total]));
    const [done, total] = progress.at(-1)!;
    expect(done).toBe(total);
    expect(total).toBeGreaterThan(countParameters(checkpoint.spec, CLASSES) * 2);
    expect(progress.map(([at]) => at)).toEqual(progress.map(([at]) => at).sort((a, b) => a - b));
    await expect(checkFinite(checkpoint, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
  });
});

describe('weights that are not finite are refused by name', () => {
  const NAN = [0x00, 0x00, 0xc0, 0x7f];
  const INFINITY = [0x00, 0x00, 0x80, 0xff];
  test.each([
    ['official.safetensors', 'stage1.blocks.0.mlp.fc1.weight', NAN, 'NaN'],
    ['official-legacy.pth', 'stage2.cls_token', INFINITY, '-Infinity'],
    ['official-strided-views.pth', 'head.weight', NAN, 'NaN'],
    ['official-half.pth', 'norm.bias', [0x00, 0x7c, 0x00, 0x7c], 'Infinity'],
    ['paddlevit-p4.pdparams', 'stage2.blocks.1.attn.conv_proj_q.bn.running_var', NAN, 'NaN'],
    ['cvt-tensorflow.h5', 'stage0.patch_embed.proj.weight', INFINITY, '-Infinity'],
  ])('%s: %s', async (file, key, pattern, named) => {
    const bytes = Uint8Array.from(await fixture(file));
    const entry = (await open(file, bytes)).tensors.get(key)!;
    bytes.set(pattern, entry.offset + 8);
    await expect(checkFinite(await open(file, bytes))).rejects.toMatchObject({
      code: 'not-finite',
      message: expect.stringMatching(new RegExp(`^${file}: ${key} holds ${named},`)),
    });
  });
});

describe('what does not fit is refused by name', () => {
  const spec = async (change: Record<string, unknown>) =>
    parseSpecText(
      JSON.stringify({ ...(JSON.parse(String(await fixture('official-spec.json'))) as object), ...change }),
      'spec',
    );
  test.each([
    ['paddlevit-p4.pdparams', { DEPTH: [1, 1, 3] }, 'missing-tensor', /stage2\.blocks\.2\.norm1\.weight/],
    ['passl-p4.pdparams', { DEPTH: [1, 1, 1] }, 'extra-tensor', /stage2\.blocks\.1/],
    [
      'paddlevit-p2.pdparams',
      { MLP_RATIO: [4, 4, 3] },
      'wrong-shape',
      /stage2\.blocks\.0\.mlp\.fc1\.weight \(stages\.2.*\[192, 48\], expected \[144, 48\]/,
    ],
    ['cvt-tensorflow.h5', { DEPTH: [1, 1, 3] }, 'missing-tensor', /layer stage2 has 67 weights, expected 98/],
    ['cvt-tensorflow.h5', { DEPTH: [1, 1, 1] }, 'extra-tensor', /layer stage2 has 67 weights, expected 36/],
    ['cvt-tensorflow.h5', { CLS_TOKEN: [false, false, false], QKV_BIAS: [true, true, true] }, 'extra-tensor', /stage2/],
    [
      'cvt-tensorflow.h5',
      { MLP_RATIO: [4, 4, 3] },
      'wrong-shape',
      /stage2\.blocks\.0\.mlp\.fc1\.weight \(stage2\/stage2\/blocks.*\[192, 48\], expected \[144, 48\]/,
    ],
  ])('%s with %o', async (file, change, code, message) => {
    const source = new MemorySource(file, await fixture(file));
    const opened = openCvt(source, { spec: await spec(change), activation: null });
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each(['paddlevit-p4.pdparams', 'cvt-tensorflow.h5', 'official-legacy.pth'])(
    '%s is no published architecture, and a spec is asked for',
    async (file) => {
      const opened = openCvt(new MemorySource(file, await fixture(file)), { spec: null, activation: null });
      await expect(opened).rejects.toMatchObject({ code: 'unknown-variant', message: expect.stringMatching(/spec/) });
    },
  );

  test('Keras weights in another order are found by their names', async () => {
    const index = await openCheckpoint(new MemorySource('swapped.h5', await fixture('cvt-tensorflow.h5')));
    const entries = [...index.tensors];
    const gamma = entries.findIndex(([name]) => name.endsWith('norm1/gamma:0'));
    [entries[gamma], entries[gamma + 1]] = [entries[gamma + 1]!, entries[gamma]!];
    const swapped = { ...index, tensors: new Map(entries) };
    const spec = await tinySpec();
    expect(() => kerasTensors(swapped, spec, 'swapped.h5')).toThrowError(
      expect.objectContaining({ code: 'unsupported', message: expect.stringMatching(/norm1\/beta:0 stands where/) }),
    );
  });

  test('two tensors of one official name', async () => {
    const index = await openCheckpoint(new MemorySource('twins.pdparams', await fixture('paddlevit-p4.pdparams')));
    const [first] = index.tensors.values();
    const twins = { ...index, tensors: new Map([...index.tensors, ['stage0.patch_embed.proj.weight', first!]]) };
    expect(() => renamedTensors(twins, 'paddlevit', 'twins.pdparams')).toThrowError(
      expect.objectContaining({ code: 'extra-tensor', message: expect.stringContaining('are both stage0') }),
    );
  });
});
