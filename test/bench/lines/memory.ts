import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../../electron/bootstrap/build.mjs';
import { alone } from '../../../electron/bootstrap/lock.mjs';
import { ROOT } from '../../../electron/bootstrap/root.mjs';
import { VARIANTS, type VariantName } from '../../../models/cvt/variants.ts';
import { preprocessingFor } from '../../../models/image/preprocessing.ts';
import { ok, openEnginePage, serveEngine } from '../../browser/engine-harness.ts';
import type { RemoteModel } from '../../browser/engine-page/page.ts';
import { formulaCheckpoint } from '../../golden/formula-checkpoint.ts';
import { figure } from '../compare.ts';
import { peakBytes, peakOfProgram } from '../engine-process.ts';
import type { Bound, Finding } from '../finding.ts';
import type { BenchLine } from '../line.ts';

const LIMIT: Bound = { side: 'at-most', value: 1.5, kind: 'bar' };
const PHOTO = new URL('../../golden/preprocess/photo.jpg', import.meta.url);
const CLI = 'cvt classify';
const PREDICTIONS = 'Chromium, predictions';
const ATTENTION = 'Chromium, attention';

interface Subject {
  readonly variant: VariantName;
  /** Of the input, in pixels. */
  readonly side: number;
  readonly checkpoint: string;
}

interface Peak {
  readonly bytes: number | null;
  readonly note?: string;
}

/** Peak memory of the process that the network runs in, while a checkpoint is loaded and two pictures are run. Linux only. */
export const line: BenchLine = {
  title: 'Peak memory of the engine’s process over the weights’ bytes, WASM',
  settings: [CLI, PREDICTIONS, ATTENTION],
  // A gigabyte is written, read and run.
  fullOnly: [CLI, ATTENTION],
  async measure({ setting, isShort }) {
    // Of a small network's process the browser is most.
    const [variant, side]: [VariantName, number] = isShort ? ['cvt-13', 224] : ['cvt-w24', 384];
    const folder = await mkdtemp(join(tmpdir(), 'cvt-bench-memory-'));
    try {
      const subject = { variant, side, checkpoint: join(folder, 'model.safetensors') };
      const weightBytes = await writeWeights(subject);
      const peak = setting === CLI ? await ofProgram(subject) : await ofEngine(subject, setting === ATTENTION);
      return overWeights(subject, weightBytes, peak, isShort ? undefined : LIMIT);
    } finally {
      await rm(folder, { recursive: true });
    }
  },
};

function overWeights(
  { variant, side }: Subject,
  weightBytes: number,
  { bytes, note }: Peak,
  bound: Bound | undefined,
): readonly Finding[] {
  if (bytes === null) return [];
  const size = `${(bytes / 1e6).toFixed(0)} MB`;
  const naming = { name: `${variant} at ${side}`, note: note ? `${size}; ${note}` : size, ...(bound ? { bound } : {}) };
  return [figure(naming, '× weights', [bytes / weightBytes])];
}

async function writeWeights({ variant, checkpoint }: Subject): Promise<number> {
  const bytes = formulaCheckpoint(VARIANTS[variant], 1000, 1);
  await writeFile(checkpoint, bytes);
  return bytes.byteLength;
}

async function ofProgram({ checkpoint, side }: Subject): Promise<Peak> {
  await alone(ensureBuilt);
  const photo = fileURLToPath(PHOTO);
  const words = ['classify', photo, photo, '--checkpoint', checkpoint, '--size', `${side}`];
  return { bytes: await peakOfProgram(join(ROOT, 'electron', 'bootstrap', 'cvt.mjs'), words) };
}

async function ofEngine({ variant, side, checkpoint }: Subject, withAttention: boolean): Promise<Peak> {
  const server = await serveEngine({ 'model.safetensors': checkpoint });
  const chromium = await openEnginePage(server, { webgpu: false });
  try {
    const { page } = chromium;
    ok(await page.evaluate(() => window.lens.configure('wasm')));
    const idle = await peakBytes(chromium);
    const model: RemoteModel = {
      id: variant,
      title: variant,
      weights: { kind: 'url', url: `${server.url}model.safetensors` },
      spec: null,
      activation: null,
      preprocessing: preprocessingFor({ rows: side, cols: side }),
    };
    const picture = { name: 'photo.jpg', base64: (await readFile(PHOTO)).toString('base64') };
    const argument = [model, picture] as const;
    if (!withAttention)
      ok(
        await page.evaluate(([m, { name, base64 }]) => {
          const file = { name, base64 };
          return window.lens.classify(m, [file, file]);
        }, argument),
      );
    else
      for (let run = 0; run < 2; run++)
        ok(await page.evaluate(([m, { name, base64 }]) => window.lens.analyze(m, name, base64), argument));
    const bytes = await peakBytes(chromium);
    return { bytes, note: `${((idle ?? 0) / 1e6).toFixed(0)} MB before the checkpoint` };
  } finally {
    await chromium.close();
    await server.close();
  }
}
