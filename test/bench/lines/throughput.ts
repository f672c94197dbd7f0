import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../../../electron/bootstrap/root.mjs';
import { runEvaluation } from '../../../electron/evaluation/run-evaluation.ts';
import { loadInLanes } from '../../../electron/inference/lanes/load-in-lanes.ts';
import { demoParts, type LoadedModel, loadModel } from '../../../electron/inference/load-model.ts';
import { pictureInput, readPicture } from '../../../electron/inference/picture-input.ts';
import type { EvaluationJournal } from '../../../models/evaluation/journal-entry.ts';
import { compare } from '../compare.ts';
import type { BenchLine } from '../line.ts';

/** Of the samples' pictures, over and over. */
const PICTURES = 48;

const NO_JOURNAL: EvaluationJournal = {
  async *entries() {},
  async append() {},
  async close() {},
};

/**
 * What `cvt evaluate` does with a folder of pictures against one picture after the other: read, decode, preprocess, run. In lanes as many as it
 * takes by itself, and in one; starting them is not counted.
 */
export const line: BenchLine = {
  title: 'Evaluating a folder against one picture at a time, the demo at 224, Node on WASM',
  settings: ['fp32', 'int8'],
  fullOnly: ['int8'],
  async measure({ setting, rounds, isShort }) {
    const { signal } = new AbortController();
    const folder = mkdtempSync(join(tmpdir(), 'cvt-lens-bench-'));
    const samples = join(ROOT, 'assets', 'samples');
    const names = readdirSync(samples);
    const images = Array.from({ length: isShort ? PICTURES / 2 : PICTURES }, (_, at) => {
      const path = `${String(at).padStart(3, '0')}-${names[at % names.length]}`;
      copyFileSync(join(samples, names[at % names.length]!), join(folder, path));
      return { path, truth: 0 };
    });
    const precision = setting === 'int8' ? 'int8' : 'fp32';
    const load = async (batch: number, asked: number | null): Promise<LoadedModel> => {
      const { path, parts } = await demoParts({ batch, precision, size: null, activation: null, signal });
      return loadInLanes(path, parts, { asked, runs: images.length / batch });
    };
    const { path, parts } = await demoParts({ precision, size: null, activation: null, signal });
    const one = await loadModel(path, parts);
    const input = async (path: string) =>
      pictureInput(path, await readPicture(join(folder, path), path), one.preprocessing);
    const single = {
      label: 'one at a time',
      run: async () => {
        for (const { path } of images) await one.logits(await input(path));
      },
    };
    const ways = [
      { name: '', batch: 1, asked: null },
      { name: ', one lane', batch: 1, asked: 1 },
      // In 8 bits a run takes one picture.
      ...(precision === 'fp32' ? [{ name: ', one lane, batches of 8', batch: 8, asked: 1 }] : []),
    ];
    const findings = [];
    try {
      for (const { name, batch, asked } of isShort ? ways.slice(0, 1) : ways) {
        const model = await load(batch, asked);
        const run = async () => {
          const evaluation = runEvaluation({
            folder,
            images,
            numClasses: model.numClasses,
            batch,
            atOnce: model.atOnce,
            read: input,
            classify: model.logits,
            journal: NO_JOURNAL,
            sink: { result() {}, unread() {} },
            signal,
          });
          for await (const _ of evaluation);
        };
        findings.push(
          await compare(
            {
              name: `time for ${images.length} pictures${name}`,
              ...(asked === null ? { bound: { side: 'at-most', value: 1 / 1.6, kind: 'target' } as const } : {}),
              note: '0.625 of the time is 1.6 times the rate',
            },
            { label: 'evaluate', run },
            single,
            rounds,
          ),
        );
        await model.close();
      }
      return findings;
    } finally {
      await one.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
