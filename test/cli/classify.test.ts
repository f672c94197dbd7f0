import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { findAppRoot } from '../../electron/app-root.ts';
import { classify } from '../../electron/cli/classify.ts';
import { readSamples } from '../../electron/weights/samples.ts';
import { type Heard, hear } from './hear-command.ts';

const samples = join(findAppRoot(), 'assets', 'samples');
const fixture = (file: string) => join(import.meta.dirname, '..', 'fixtures', file);

/** Every checkpoint in test/fixtures. */
const FIXTURES = [
  'official.safetensors',
  'official-zip.pth',
  'official-legacy.pth',
  'official-half.pth',
  'official-bfloat16.pth',
  'official-strided-views.pth',
  'training-checkpoint.pth',
  'hf-model.safetensors',
  'hf-pytorch_model.bin',
  'paddlevit-p2.pdparams',
  'paddlevit-p4.pdparams',
  'passl-p4.pdparams',
  'cvt-tensorflow.h5',
];

const answers = z.array(
  z.strictObject({
    file: z.string(),
    model: z.string(),
    precision: z.enum(['fp32', 'int8']),
    top: z.array(z.strictObject({ index: z.int(), label: z.string(), probability: z.number().min(0).max(1) })),
    ms: z.number().positive(),
  }),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-classify-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...words: string[]): Promise<Heard> => hear(classify, ...words);

describe('cvt classify', () => {
  test('names the object of every sample first', async () => {
    const entries = await readSamples(join(findAppRoot(), 'assets'));
    expect(entries.length).toBeGreaterThanOrEqual(8);
    const files = entries.map(({ name }) => join(samples, name));
    const { allWell, stdout, stderr } = await run(...files, '--json');
    expect({ allWell, stderr }).toEqual({ allWell: true, stderr: '' });
    const results = answers.parse(JSON.parse(stdout));
    expect(results.map(({ file, top }) => [file, top[0]?.label])).toEqual(
      entries.map(({ label }, index) => [files[index], label]),
    );
    for (const { model, top } of results) {
      expect(model).toBe('cvt-demo');
      expect(top.map(({ probability }) => probability)).toEqual(
        top.map(({ probability }) => probability).sort((a, b) => b - a),
      );
      expect(top).toHaveLength(5);
      // A sample whose object is barely first would lose it to the next decoder's rounding.
      expect(top[0]!.probability - top[1]!.probability).toBeGreaterThan(0.2);
    }
  });

  test('a bad picture is reported and the others go on', async () => {
    const [sample] = await readdir(samples);
    const broken = join(folder, 'broken.png');
    await writeFile(broken, new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]));
    const empty = join(folder, 'empty.jpg');
    await writeFile(empty, '');
    const files = [broken, join(samples, sample!), empty, join(folder, 'nothing.png')];
    const { allWell, stdout, stderr } = await run(...files, '--json');
    expect(allWell).toBe(false);
    expect(answers.parse(JSON.parse(stdout)).map(({ file }) => file)).toEqual([files[1]]);
    expect(stderr.match(/error\[([a-z-]+)\]: [^:]*(broken\.png|empty\.jpg|nothing\.png)/g)).toHaveLength(3);
    expect(stderr).toMatch(/error\[image-broken\]/);
    expect(stderr).toMatch(/error\[image-empty\]/);
    expect(stderr).toMatch(/error\[image-unreadable\]/);
  });

  test("a checkpoint of the user's, with its spec, in words", async () => {
    const [sample] = await readdir(samples);
    const words = [
      '--checkpoint',
      fixture('official-zip.pth'),
      '--spec',
      fixture('official-spec.json'),
      '--size',
      '64',
    ];
    const { allWell, stdout } = await run(join(samples, sample!), ...words);
    expect(allWell).toBe(true);
    expect(stdout).toMatch(/\(official-zip\.pth, \d+ ms\)\n( +\d+\.\d % {2}class \d\n){5}$/);
  });

  test('a checkpoint of every format says the same', async () => {
    const [sample] = await readdir(samples);
    const scores: [string, number[]][] = [];
    for (const file of FIXTURES) {
      const words = ['--checkpoint', fixture(file), '--spec', fixture('hf-config.json'), '--activation', 'quick_gelu'];
      const { allWell, stdout } = await run(join(samples, sample!), ...words, '--size', '64', '--json');
      expect(allWell).toBe(true);
      const [answer] = answers.parse(JSON.parse(stdout));
      const top = [...answer!.top].sort((a, b) => a.index - b.index);
      scores.push([file, top.flatMap(({ index, probability }) => [index, probability])]);
    }
    const [, expected] = scores[0]!;
    for (const [file, score] of scores)
      for (const [i, value] of score.entries()) expect(Math.abs(value - expected[i]!), file).toBeLessThan(1e-2);
  });

  test.each([
    ['no picture', [], 'usage'],
    ['a spec without a checkpoint', ['a.png', '--spec', 'spec.json'], 'usage'],
    ['a checkpoint that is a picture', ['a.png', '--checkpoint', join(samples, 'parrot.jpg')], 'unknown-format'],
    ['a checkpoint that is not there', ['a.png', '--checkpoint', 'nothing.pth'], 'unreadable'],
    ['a variant that is not known', ['a.png', '--checkpoint', fixture('official-zip.pth')], 'unknown-variant'],
  ])('%s ends it', async (_, words, code) => {
    await expect(run(...words)).rejects.toMatchObject({ code });
  });
});
