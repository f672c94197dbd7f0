import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../../electron/bootstrap/build.mjs';
import { alone } from '../../../electron/bootstrap/lock.mjs';
import { ROOT } from '../../../electron/bootstrap/root.mjs';
import { VARIANTS, type VariantName } from '../../../models/cvt/variants.ts';
import { preprocessingFor } from '../../../models/image/preprocessing.ts';
import { ok, serveEngine } from '../../browser/engine-harness.ts';
import type { Outcome, RemoteModel } from '../../browser/engine-page/page.ts';
import { launchChromium } from '../../browser-support.ts';
import { formulaCheckpoint } from '../../golden/formula-checkpoint.ts';
import { figure, type Naming } from '../compare.ts';
import { engineMemory, engineMemoryDuring, peakOfProgram } from '../engine-process.ts';
import type { Bound, Finding } from '../finding.ts';
import type { BenchLine } from '../line.ts';
import { openUnwatchedPage } from '../unwatched-page.ts';

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
  /** Resident, which the bar is held against. */
  readonly bytes: number | null;
  /** Without what other processes share. */
  readonly privateBytes?: number | null;
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
  { bytes, privateBytes = null, note }: Peak,
  bound: Bound | undefined,
): readonly Finding[] {
  if (bytes === null) return [];
  const over = (name: string, value: number, why: string | undefined): Naming => {
    const size = `${(value / 1e6).toFixed(0)} MB`;
    return { name: `${variant} at ${side}${name}`, note: why ? `${size}; ${why}` : size };
  };
  const resident = { ...over('', bytes, note), ...(bound ? { bound } : {}) };
  const findings = [figure(resident, '× weights', [bytes / weightBytes])];
  if (privateBytes === null) return findings;
  const own = over(', private alone', privateBytes, 'without the browser’s own pages, which its processes share');
  return [...findings, figure(own, '× weights', [privateBytes / weightBytes])];
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
  const browser = await launchChromium({ webgpu: false });
  try {
    const page = await openUnwatchedPage(browser, server.url, "'lens' in window");
    const ask = async (call: string, ...argument: readonly unknown[]): Promise<void> => {
      const words = argument.map((each) => JSON.stringify(each)).join(', ');
      ok((await page.evaluate(`window.lens.${call}(${words})`)) as Outcome<unknown>);
    };
    await ask('configure', 'wasm');
    const idle = await engineMemory(browser);
    const model: RemoteModel = {
      id: variant,
      title: variant,
      weights: { kind: 'url', url: `${server.url}model.safetensors` },
      spec: null,
      activation: null,
      preprocessing: preprocessingFor({ rows: side, cols: side }),
    };
    const picture = { name: 'photo.jpg', base64: (await readFile(PHOTO)).toString('base64') };
    const peak = await engineMemoryDuring(browser, async () => {
      if (!withAttention) return ask('classify', model, [picture, picture]);
      for (let run = 0; run < 2; run++) await ask('analyze', model, picture.name, picture.base64);
    });
    const note = `${((idle.peakResident ?? 0) / 1e6).toFixed(0)} MB before the checkpoint`;
    return { bytes: peak.peakResident, privateBytes: peak.private, note };
  } finally {
    await browser.close();
    await server.close();
  }
}
