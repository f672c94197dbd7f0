import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import sharp from 'sharp';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Journal } from '../../electron/evaluation/journal.ts';
import { type EvaluationRun, runEvaluation } from '../../electron/evaluation/run-evaluation.ts';
import { pictureInput, readPicture } from '../../electron/inference/picture-input.ts';
import { Accumulator } from '../../models/evaluation/accumulator.ts';
import type { LabelledImage } from '../../models/evaluation/labelled-images.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import { JOURNAL_KEY } from './journal-key.ts';

const CLASSES = 6;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('2,000 pictures', () => {
  const COUNT = 2000;
  /** Paths, results and journal of 1,800 pictures take some 2 MB; a decoded picture or its input kept from each would take 50 MB and 200 MB. */
  const GROWTH = 12e6;

  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  /** Bytes that are really held. V8 frees array buffers beside the program and sharp its buffers a turn later, so one collection is not all. */
  async function held(): Promise<number> {
    let least = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 10; round++) {
      collect();
      await wait(20);
      const { heapUsed, external } = process.memoryUsage();
      least = Math.min(least, heapUsed + external);
    }
    return least;
  }

  test('leave memory as it was', async () => {
    const pictures = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        sharp({ create: { width: 96, height: 96, channels: 3, background: { r: index * 30, g: 90, b: 200 } } })
          .jpeg()
          .toBuffer(),
      ),
    );
    const images: LabelledImage[] = [];
    for (let index = 0; index < COUNT; index++) {
      const path = `c${index % CLASSES}-${index}.jpg`;
      await writeFile(join(folder, path), pictures[index % pictures.length]!);
      images.push({ path, truth: index % CLASSES });
    }
    const accumulator = new Accumulator(CLASSES);
    const preprocessing = cropSquare(96);
    const used: number[] = [];
    const run: EvaluationRun = {
      folder,
      images,
      numClasses: CLASSES,
      batch: 8,
      atOnce: 1,
      read: async (path) => pictureInput(path, await readPicture(join(folder, path), path), preprocessing),
      classify: async (inputs) =>
        Float32Array.from(
          { length: 8 * CLASSES },
          (_, at) => inputs[Math.floor(at / CLASSES) * 3 * 96 * 96]! * (at % CLASSES),
        ),
      journal: new Journal(join(folder, 'journals'), JOURNAL_KEY),
      signal: new AbortController().signal,
      sink: { result: (result) => accumulator.add(result), unread: ({ message }) => expect.fail(message) },
    };
    for await (const { done } of runEvaluation(run)) {
      if (done !== 200 && done !== COUNT) continue;
      used.push(await held());
    }
    expect(accumulator.scores().images).toBe(COUNT);
    expect(used).toHaveLength(2);
    expect(used[1]! - used[0]!).toBeLessThan(GROWTH);
  }, 60_000);
});
