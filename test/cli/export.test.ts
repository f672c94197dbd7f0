import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { exportModel } from '../../electron/cli/export.ts';
import { formulaInput } from '../golden/formula-weights.ts';
import { type GoldenName, maxDifference, readGolden } from '../golden/golden-case.ts';

const fixture = (file: string) => join(import.meta.dirname, '..', 'fixtures', file);
const SPEC = fixture('official-spec.json');
const running = new AbortController().signal;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-export-'));
  // What it wrote, for people.
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
});
afterAll(() => {
  vi.restoreAllMocks();
  return rm(folder, { recursive: true, force: true });
});

/** The exported file's outputs for a golden input, computed by onnxruntime's native build. */
async function runNative(path: string, golden: GoldenName): Promise<Map<string, Float32Array>> {
  const { batch, height, width, seed } = await readGolden(golden);
  const shape = [batch, 3, height, width] as const;
  const session = await InferenceSession.create(path);
  const outputs = await session.run({ pixel_values: new Tensor('float32', formulaInput(shape, seed), shape) });
  await session.release();
  return new Map(Object.entries(outputs).map(([name, tensor]) => [name, tensor.data as Float32Array]));
}

interface Row {
  readonly file: string;
  readonly golden: GoldenName;
  readonly tolerance: number;
  readonly words?: readonly string[];
}

const ROWS: readonly Row[] = [
  { file: 'official.safetensors', golden: 'tiny', tolerance: 2e-5 },
  { file: 'official-zip.pth', golden: 'tiny', tolerance: 2e-5 },
  { file: 'official-strided-views.pth', golden: 'tiny', tolerance: 2e-5 },
  { file: 'training-checkpoint.pth', golden: 'tiny', tolerance: 2e-5 },
  { file: 'official-legacy.pth', golden: 'tiny', tolerance: 2e-5 },
  { file: 'paddlevit-p2.pdparams', golden: 'tiny', tolerance: 2e-5 },
  { file: 'paddlevit-p4.pdparams', golden: 'tiny', tolerance: 2e-5 },
  { file: 'passl-p4.pdparams', golden: 'tiny', tolerance: 2e-5 },
  { file: 'cvt-tensorflow.h5', golden: 'tiny', tolerance: 2e-5 },
  { file: 'official-half.pth', golden: 'tiny', tolerance: 5e-3 },
  { file: 'official-bfloat16.pth', golden: 'tiny', tolerance: 5e-2 },
  { file: 'official.safetensors', golden: 'tiny-gelu', tolerance: 2e-5, words: ['--activation', 'gelu'] },
  { file: 'hf-model.safetensors', golden: 'tiny', tolerance: 2e-5, words: ['--activation', 'quick_gelu'] },
  { file: 'hf-pytorch_model.bin', golden: 'tiny', tolerance: 2e-5, words: ['--activation', 'quick_gelu'] },
  // Ten classes under Hugging Face's names: a fine-tune, and those were trained with exact GELU.
  { file: 'hf-model.safetensors', golden: 'tiny-gelu', tolerance: 2e-5 },
];

describe('cvt export', () => {
  test.each(ROWS)('$file gives the logits of $golden in onnxruntime-node', async (row) => {
    const out = join(folder, `${ROWS.indexOf(row)}.onnx`);
    await exportModel([fixture(row.file), '--spec', SPEC, '--size', '64', '--out', out, ...(row.words ?? [])], running);
    const golden = await readGolden(row.golden);
    const outputs = await runNative(out, row.golden);
    expect([...outputs.keys()]).toEqual(['logits']);
    expect(maxDifference(outputs.get('logits')!, golden.expected.get('logits')!.data)).toBeLessThanOrEqual(
      row.tolerance,
    );
  });

  test('--attention adds the whole attention of every block', async () => {
    const out = join(folder, 'attention.onnx');
    await exportModel(
      [fixture('official-zip.pth'), '--spec', SPEC, '--size', '64x64', '--attention', '--out', out],
      running,
    );
    const golden = await readGolden('tiny');
    const outputs = await runNative(out, 'tiny');
    const blocks = [...golden.expected.keys()].filter((key) => key.endsWith('.attention'));
    expect([...outputs.keys()].sort()).toEqual([...blocks, 'logits'].sort());
    for (const key of blocks)
      expect(maxDifference(outputs.get(key)!, golden.expected.get(key)!.data)).toBeLessThanOrEqual(1e-5);
    expect(maxDifference(outputs.get('logits')!, golden.expected.get('logits')!.data)).toBeLessThanOrEqual(2e-5);
  });

  test('--batch repeats the network, CLS token included, for each picture', async () => {
    const out = join(folder, 'batch.onnx');
    await exportModel(
      [fixture('official.safetensors'), '--spec', SPEC, '--size', '64', '--batch', '2', '--out', out],
      running,
    );
    const golden = await readGolden('tiny');
    const one = formulaInput([1, 3, 64, 64], golden.seed);
    const other = one.map((value) => -value);
    const session = await InferenceSession.create(out);
    const input = new Float32Array([...other, ...one]);
    const outputs = await session.run({ pixel_values: new Tensor('float32', input, [2, 3, 64, 64]) });
    await session.release();
    const logits = outputs.logits!;
    expect(logits.dims).toEqual([2, 10]);
    const second = (logits.data as Float32Array).slice(10);
    expect(maxDifference(second, golden.expected.get('logits')!.data)).toBeLessThanOrEqual(2e-5);
  });

  test('leaves a file that is there alone unless --force says otherwise', async () => {
    const out = join(folder, 'mine.onnx');
    await writeFile(out, 'mine');
    const words = [fixture('official.safetensors'), '--spec', SPEC, '--size', '64', '--out', out];
    await expect(exportModel(words, running)).rejects.toMatchObject({ code: 'output-exists' });
    expect(await readFile(out, 'utf8')).toBe('mine');
    await exportModel([...words, '--force'], running);
    expect((await readFile(out)).length).toBeGreaterThan(100_000);
  });

  test.each([
    ['no spec for an unpublished architecture', [fixture('official.safetensors'), '--size', '64'], 'unknown-variant'],
    ['a spec of another model', [fixture('official.safetensors'), '--spec', 'OTHER', '--size', '64'], 'missing-tensor'],
    [
      'an input with nothing left of it',
      [fixture('official.safetensors'), '--spec', SPEC, '--size', '1'],
      'input-too-small',
    ],
    ['a spec that is not JSON', [fixture('official.safetensors'), '--spec', 'BROKEN'], 'spec-unreadable'],
    ['a checkpoint that is not there', [fixture('nothing.pth')], 'unreadable'],
    ['a folder', [fixture('.')], 'unreadable'],
    ['a file of another kind', [SPEC], 'unknown-format'],
    ['an unknown option', [fixture('official.safetensors'), '--atention'], 'usage'],
    ['a size that is none', [fixture('official.safetensors'), '--size', '2O4'], 'usage'],
    ['an activation that is none', [fixture('official.safetensors'), '--activation', 'relu'], 'usage'],
    ['a batch of nothing', [fixture('official.safetensors'), '--batch', '0'], 'usage'],
  ])('%s is refused and leaves no file', async (_, words, code) => {
    const place = await mkdtemp(join(folder, 'bad-'));
    const spec = JSON.parse(await readFile(SPEC, 'utf8')) as { DEPTH: number[] };
    await writeFile(join(place, 'other.json'), JSON.stringify({ ...spec, DEPTH: [1, 1, 3] }));
    await writeFile(join(place, 'broken.json'), '{');
    const given = words.map((word) =>
      word.replace('OTHER', join(place, 'other.json')).replace('BROKEN', join(place, 'broken.json')),
    );
    await expect(exportModel([...given, '--out', join(place, 'out.onnx')], running)).rejects.toMatchObject({ code });
    expect((await readdir(place)).sort()).toEqual(['broken.json', 'other.json']);
  });

  test('an interrupt leaves no file', async () => {
    const place = await mkdtemp(join(folder, 'stopped-'));
    const words = [fixture('official.safetensors'), '--spec', SPEC, '--size', '64', '--out', join(place, 'out.onnx')];
    await expect(exportModel(words, AbortSignal.abort())).rejects.toMatchObject({ code: 'cancelled' });
    expect(await readdir(place)).toEqual([]);
  });
});
