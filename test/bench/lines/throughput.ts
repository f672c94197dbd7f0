import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../electron/bootstrap/root.mjs';
import { runEvaluation } from '../../../electron/evaluation/run-evaluation.ts';
import { type LoadedModel, loadDemo } from '../../../electron/inference/load-model.ts';
import { pictureInput, readPicture } from '../../../electron/inference/picture-input.ts';
import type { EvaluationJournal } from '../../../models/evaluation/journal-entry.ts';
import { compare } from '../compare.ts';
import type { BenchLine } from '../line.ts';

/** Of the samples' pictures, over and over. */
const PICTURES = 48;
const BATCHES = [1, 4, 8, 16];

const NO_JOURNAL: EvaluationJournal = {
  async *entries() {},
  async append() {},
  async close() {},
};

/** What `cvt evaluate` does with a folder of pictures against one picture after the other: read, decode, preprocess, run. */
export const line: BenchLine = {
  title: 'Evaluating a folder against one picture at a time, the demo at 224, Node on WASM',
  settings: [''],
  async measure({ rounds, isShort }) {
    const { signal } = new AbortController();
    const folder = mkdtempSync(join(tmpdir(), 'cvt-lens-bench-'));
    const samples = join(ROOT, 'assets', 'samples');
    const names = readdirSync(samples);
    const images = Array.from({ length: isShort ? PICTURES / 2 : PICTURES }, (_, at) => {
      const path = `${String(at).padStart(3, '0')}-${names[at % names.length]}`;
      copyFileSync(join(samples, names[at % names.length]!), join(folder, path));
      return { path, truth: 0 };
    });
    const models = new Map<number, LoadedModel>();
    for (const batch of isShort ? [1, 8] : BATCHES)
      models.set(batch, await loadDemo({ batch, size: null, activation: null, signal }));
    const one = models.get(1)!;
    const input = async (path: string) =>
      pictureInput(path, await readPicture(join(folder, path), path), one.preprocessing);
    const single = {
      label: 'one at a time',
      run: async () => {
        for (const { path } of images) await one.logits(await input(path));
      },
    };
    const evaluate = (batch: number) => ({
      label: `evaluate, batch ${batch}`,
      run: async () => {
        const { numClasses, logits } = models.get(batch)!;
        const run = runEvaluation({
          folder,
          images,
          numClasses,
          batch,
          atOnce: 1,
          read: input,
          classify: logits,
          journal: NO_JOURNAL,
          sink: { result() {}, unread() {} },
          signal,
        });
        for await (const _ of run);
      },
    });
    try {
      const findings = [];
      for (const batch of isShort ? [8] : models.keys())
        findings.push(
          await compare(
            {
              name: `time for ${images.length} pictures, batches of ${batch}`,
              bound: { side: 'at-most', value: 1 / 1.6, kind: 'target' },
              note: '0.625 of the time is 1.6 times the rate',
            },
            evaluate(batch),
            single,
            rounds,
          ),
        );
      return findings;
    } finally {
      for (const model of models.values()) await model.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
