import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { findAppRoot } from '../../electron/app-root.ts';
import { attention } from '../../electron/cli/attention.ts';
import { classify } from '../../electron/cli/classify.ts';
import { evaluate } from '../../electron/cli/evaluate.ts';
import { clearConverted, convertedFolder } from '../../electron/inference/converted-file.ts';
import { hear } from './hear-command.ts';

const sample = join(findAppRoot(), 'assets', 'samples', 'parrot.jpg');
const fixture = (file: string) => join(import.meta.dirname, '..', 'fixtures', file);

/** Halves, strided views, [in, out] layouts and text: everything that a weight can lie as. */
const FIXTURES = [
  'official.safetensors',
  'official-half.pth',
  'official-bfloat16.pth',
  'official-strided-views.pth',
  'hf-model.safetensors',
  'paddlevit-p2.pdparams',
  'passl-p4.pdparams',
  'cvt-tensorflow.h5',
];

const answers = z.array(
  z.object({
    model: z.string(),
    precision: z.string(),
    top: z.array(z.object({ index: z.int(), probability: z.number() })),
  }),
);

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cvt-precision-'));
  vi.stubEnv('CVT_LENS_HOME', home);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

async function ask(checkpoint: string, ...words: string[]) {
  const model = [
    '--checkpoint',
    fixture(checkpoint),
    '--spec',
    fixture('hf-config.json'),
    '--activation',
    'quick_gelu',
  ];
  const { stdout } = await hear(classify, sample, ...model, '--size', '64', '--json', ...words);
  const [answer] = answers.parse(JSON.parse(stdout));
  return { ...answer!, scores: new Map(answer!.top.map(({ index, probability }) => [index, probability])) };
}

/** What is kept of a checkpoint file. */
const kept = (checkpoint: string) => readdir(join(convertedFolder(), checkpoint.replaceAll('.', '%2E')));

describe('cvt classify --precision int8', () => {
  test.each(FIXTURES)('%s answers nearly as in fp32, and its weights are kept', async (file) => {
    const [fp32, int8] = [await ask(file), await ask(file, '--precision', 'int8')];
    expect([fp32.precision, int8.precision]).toEqual(['fp32', 'int8']);
    for (const [index, probability] of fp32.scores)
      expect(Math.abs((int8.scores.get(index) ?? 0) - probability)).toBeLessThan(0.03);
    expect(int8.top).not.toEqual(fp32.top);
    expect(await kept(file)).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.int8\.v\d+\.safetensors$/)]);
  });

  test.each([
    ['cut short', (path: string) => truncate(path, 20_000)],
    ['emptied', (path: string) => truncate(path, 0)],
    [
      'changed',
      async (path: string) => {
        const bytes = await readFile(path);
        bytes[bytes.length >> 1]! ^= 1;
        await writeFile(path, bytes);
      },
    ],
  ])('a kept file that was %s is made anew', async (_, damage) => {
    const file = FIXTURES[0]!;
    const before = await ask(file, '--precision', 'int8');
    const [name] = await kept(file);
    const path = join(convertedFolder(), file.replaceAll('.', '%2E'), name!);
    const whole = await readFile(path);
    await damage(path);
    expect((await ask(file, '--precision', 'int8')).top).toEqual(before.top);
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  test('what is of no use any more goes: other conversions, and all with the model', async () => {
    const file = FIXTURES[0]!;
    const folder = join(convertedFolder(), file.replaceAll('.', '%2E'));
    await writeFile(join(folder, `${'0'.repeat(64)}.int8.v0.safetensors`), 'old');
    const [name] = (await kept(file)).filter((each) => !each.includes('.v0.'));
    await rm(join(folder, name!));
    await ask(file, '--precision', 'int8');
    expect(await kept(file)).toEqual([name]);
    await clearConverted(file, convertedFolder());
    await expect(kept(file)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a folder that cannot be written to costs no answer', async () => {
    const file = FIXTURES[1]!;
    await rm(convertedFolder(), { recursive: true, force: true });
    await writeFile(convertedFolder(), 'in the way');
    expect((await ask(file, '--precision', 'int8')).precision).toBe('int8');
    await rm(convertedFolder());
  });

  test.each([
    ['fp16 without a GPU', ['--precision', 'fp16'], /--precision fp16 needs a GPU/],
    ['one that is none', ['--precision', 'int4'], /--precision is fp32 or int8/],
  ])('%s is refused', async (_, words, message) => {
    const ended = hear(classify, sample, ...words);
    await expect(ended).rejects.toMatchObject({ code: 'usage' });
    await expect(ended).rejects.toThrow(message);
  });
});

test('cvt evaluate --precision int8 refuses batches, in which pictures would share a scale', async () => {
  const ended = hear(evaluate, home, '--precision', 'int8', '--batch', '4');
  await expect(ended).rejects.toMatchObject({ code: 'usage' });
});

test('cvt attention --precision int8 says so in the caption', async () => {
  const out = join(home, 'map.svg');
  const words = [sample, '--view', 'received', '--size', '96', '--no-picture', '--out', out];
  expect((await hear(attention, ...words, '--precision', 'int8')).allWell).toBe(true);
  expect(await readFile(out, 'utf8')).toContain('cvt-demo in 8-bit integer');
});
