import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findAppRoot } from '../../electron/app-root.ts';
import { attention } from '../../electron/cli/attention.ts';
import { classify } from '../../electron/cli/classify.ts';
import { MemorySource } from '../../models/bytes/byte-source.ts';
import { openCheckpoint } from '../../models/formats/open-checkpoint.ts';
import { hear } from './hear-command.ts';

const running = new AbortController().signal;
const DEMO = join(findAppRoot(), 'models', 'demo');
const PARROT = join(findAppRoot(), 'assets', 'samples', 'parrot.jpg');
const VIEWS = ['row', 'received', 'rollout', 'attribution'] as const;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-no-numbers-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The demo checkpoint with one weight replaced. */
async function damagedDemo(key: string, value: number): Promise<string> {
  const bytes = await readFile(join(DEMO, 'cvt-demo.safetensors'));
  const { tensors } = await openCheckpoint(new MemorySource('cvt-demo.safetensors', bytes));
  bytes.writeFloatLE(value, tensors.get(key)!.offset);
  const path = join(folder, 'damaged.safetensors');
  await writeFile(path, bytes);
  return path;
}

describe.each([
  ['stage0.patch_embed.proj.weight', Number.NaN],
  ['stage2.blocks.1.attn.proj_v.weight', Number.POSITIVE_INFINITY],
  // Finite, and yet what follows overflows.
  ['stage1.patch_embed.norm.weight', 3e38],
  ['head.bias', Number.NEGATIVE_INFINITY],
])('a checkpoint whose %s holds %d', (key, value) => {
  test('gives no predictions and no maps, and says why', async () => {
    const checkpoint = await damagedDemo(key, value);
    const words = ['--checkpoint', checkpoint, '--spec', join(DEMO, 'spec.json'), '--size', '96'];
    const { allWell, stdout, stderr } = await hear(classify, PARROT, ...words);
    expect(allWell).toBe(false);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^error\[not-finite\]: damaged\.safetensors: /);
    for (const view of VIEWS) {
      const out = join(folder, 'map.npy');
      await expect(attention([PARROT, '--view', view, '--out', out, ...words], running)).rejects.toMatchObject({
        code: 'not-finite',
      });
    }
    expect(await readdir(folder)).toEqual(['damaged.safetensors']);
  });
});

describe('an input that is beyond the memory', () => {
  const SIZE = ['--size', '3000x4000'];
  const MESSAGE = /^4000×3000 would need about .+ is the largest of this shape that fits/;

  test('is refused by classify with the largest that fits', async () => {
    await expect(classify([PARROT, ...SIZE], running)).rejects.toMatchObject({
      code: 'input-too-large',
      message: expect.stringMatching(MESSAGE),
    });
  });

  test('is refused by attention', async () => {
    const out = join(folder, 'large.png');
    await expect(attention([PARROT, '--view', 'row', '--out', out, ...SIZE], running)).rejects.toMatchObject({
      code: 'input-too-large',
      message: expect.stringMatching(MESSAGE),
    });
    expect(await readdir(folder)).not.toContain('large.png');
  });
});
