import { mkdtemp, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiskBytes, DiskCheckpoint } from '../../electron/inference/disk-checkpoint.ts';
import { createNodeSession, EXTERNAL_PATH } from '../../electron/inference/node-session.ts';
import { GatheredSource } from '../../models/bytes/gathered-source.ts';
import { openCvt } from '../../models/cvt/open-cvt.ts';
import { CancelledError } from '../../models/errors.ts';
import { buildCvtGraph } from '../../models/onnx/build-cvt-graph.ts';
import { REFERENCE_SPEC } from '../../renderer/engine/worker/reference-model.ts';
import { formulaCheckpoint } from '../golden/formula-checkpoint.ts';
import { formulaInput } from '../golden/formula-weights.ts';

const BYTES = formulaCheckpoint(REFERENCE_SPEC, 10, 1);
const SHAPE = [1, 3, 64, 64] as const;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-disk-'));
  path = join(folder, 'tiny.safetensors');
  await writeFile(path, BYTES);
});
afterEach(() => rm(folder, { recursive: true }));

describe('a checkpoint on disk', () => {
  it.each([
    [0, 8],
    [1001, 70_003],
    [BYTES.length - 1, BYTES.length],
    [0, 0],
  ])('gives its bytes %i to %i', async (start, end) => {
    const file = new DiskCheckpoint(path);
    expect(file.size).toBe(BYTES.length);
    expect(Buffer.compare(await file.read({ start, end }), BYTES.subarray(start, end))).toBe(0);
    expect(Buffer.compare(new DiskBytes(file).subarray(start, end), BYTES.subarray(start, end))).toBe(0);
  });

  it('gives each reader bytes of its own', async () => {
    const file = new DiskCheckpoint(path);
    const first = await file.read({ start: 0, end: 8 });
    first.fill(0xff);
    expect(Buffer.compare(await file.read({ start: 0, end: 8 }), BYTES.subarray(0, 8))).toBe(0);
  });

  it('that is not there, or ends early, is said to be', async () => {
    expect(() => new DiskCheckpoint(join(folder, 'none.pth'))).toThrow(/none\.pth: could not be read/);
    const file = new DiskCheckpoint(path);
    await expect(file.read({ start: 0, end: BYTES.length + 1 })).rejects.toMatchObject({ code: 'truncated' });
    await expect(file.read({ start: 0, end: 1 }, AbortSignal.abort())).rejects.toBeInstanceOf(CancelledError);
  });

  it.each<[what: string, change: () => Promise<void>]>([
    ['shorter', () => truncate(path, 1000)],
    ['written again', () => utimes(path, new Date(0), new Date(0))],
  ])('that is %s meanwhile is not read on', async (_, change) => {
    const file = new DiskCheckpoint(path);
    await change();
    await expect(file.read({ start: 0, end: 100 })).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('the file changed'),
    });
  });
});

describe('a session over it', () => {
  const graphOf = async (file: DiskCheckpoint) => {
    const checkpoint = await openCvt(new GatheredSource(file), { spec: REFERENCE_SPEC, activation: null });
    const placement = { kind: 'external', path: EXTERNAL_PATH } as const;
    return buildCvtGraph(checkpoint, { height: 64, width: 64, batch: 1, outputs: {}, placement });
  };

  it('says the same as over the bytes in memory', async () => {
    const file = new DiskCheckpoint(path);
    const graph = await graphOf(file);
    const logits = [];
    for (const bytes of [new DiskBytes(file), BYTES]) {
      const session = await createNodeSession(graph, bytes);
      logits.push((await session.run(formulaInput(SHAPE, 1), SHAPE)).get('logits'));
      await session.close();
    }
    expect(logits[0]).toHaveLength(10);
    expect(logits[0]).toEqual(logits[1]);
  });

  it('ends in the reason where the file is gone by then', async () => {
    const file = new DiskCheckpoint(path);
    const graph = await graphOf(file);
    await truncate(path, 100);
    await expect(createNodeSession(graph, new DiskBytes(file))).rejects.toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('tiny.safetensors: the file changed'),
    });
  });
});
