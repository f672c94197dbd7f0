import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Journal, type JournalKey } from '../../electron/evaluation/journal.ts';
import { type EvaluationRun, runEvaluation } from '../../electron/evaluation/run-evaluation.ts';
import { VARIANTS } from '../../models/cvt/variants.ts';
import { ImageError } from '../../models/errors.ts';
import { Accumulator } from '../../models/evaluation/accumulator.ts';
import type { EvaluationProgress, UnreadImage } from '../../models/evaluation/evaluate-pictures.ts';
import type { ImageResult } from '../../models/evaluation/image-result.ts';
import type { LabelledImage } from '../../models/evaluation/labelled-images.ts';
import { cropSquare } from '../../models/image/preprocessing.ts';
import { JOURNAL_KEY } from './journal-key.ts';

const CLASSES = 6;
const running = new AbortController().signal;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-run-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const journalFor = (changed: Partial<JournalKey> = {}) =>
  new Journal(join(folder, 'journals'), { ...JOURNAL_KEY, ...changed });

/** Files that hold a number each; `broken` in one says that it is no picture. */
async function writeNumbers(count: number, broken: readonly number[] = []): Promise<readonly LabelledImage[]> {
  const images: LabelledImage[] = [];
  for (let index = 0; index < count; index++) {
    const path = `c${index % CLASSES}/${String(index).padStart(4, '0')}.png`;
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), broken.includes(index) ? 'broken' : String(index));
    images.push({ path, truth: index % CLASSES });
  }
  return images;
}

interface Bench {
  readonly run: EvaluationRun;
  readonly results: ImageResult[];
  readonly unread: UnreadImage[];
  /** The inputs of each call of the classifier; NaN where a place was left empty. */
  readonly calls: number[][];
  /** Paths in the order in which they were read. */
  readonly reads: string[];
}

/** A run whose network answers from the number in the file and from nothing else. */
function bench(images: readonly LabelledImage[], options: Partial<EvaluationRun> = {}): Bench {
  const results: ImageResult[] = [];
  const unread: UnreadImage[] = [];
  const calls: number[][] = [];
  const reads: string[] = [];
  const run: EvaluationRun = {
    folder,
    images,
    numClasses: CLASSES,
    batch: 4,
    atOnce: 1,
    async read(path) {
      reads.push(path);
      const text = await readFile(join(folder, path), 'utf8').catch(() => {
        throw new ImageError('image-unreadable', `${path}: gone.`);
      });
      if (text === 'broken') throw new ImageError('image-broken', `${path}: broken.`);
      return Float32Array.from([1, Number(text)]);
    },
    async classify(inputs) {
      const numbers = Array.from({ length: inputs.length / 2 }, (_, place) =>
        inputs[place * 2] === 1 ? inputs[place * 2 + 1]! : Number.NaN,
      );
      calls.push(numbers);
      return Float32Array.from(
        numbers.flatMap((number) => Array.from({ length: CLASSES }, (_, index) => Math.sin((number || 0) * 7 + index))),
      );
    },
    journal: journalFor(),
    sink: { result: (result) => results.push(result), unread: (image) => unread.push(image) },
    signal: running,
    ...options,
  };
  return { run, results, unread, calls, reads };
}

async function toEnd(run: EvaluationRun): Promise<readonly EvaluationProgress[]> {
  const progress: EvaluationProgress[] = [];
  for await (const step of runEvaluation(run)) progress.push(step);
  return progress;
}

/** Scores as text, to be compared to the last digit. */
function scoresOf({ results, unread }: Bench): string {
  const accumulator = new Accumulator(CLASSES);
  for (const result of results) accumulator.add(result);
  return JSON.stringify([accumulator.scores(), [...unread].sort((a, b) => (a.path < b.path ? -1 : 1))]);
}

describe('several batches at once', () => {
  /** The same answers, of three batches the second one's first and the last one's last. */
  function backwards(images: readonly LabelledImage[], fails = Number.POSITIVE_INFINITY) {
    const own = bench(images);
    const last = Math.ceil(images.length / own.run.batch) - 1;
    const turns: (() => void)[] = [];
    const run: EvaluationRun = {
      ...own.run,
      atOnce: 3,
      async classify(inputs) {
        const place = turns.length;
        const turn = new Promise<void>((resolve) => turns.push(resolve));
        if (place % 3 === 2 || place === last || place > fails) for (const begin of turns.toReversed()) begin();
        await turn;
        if (place === fails) throw new Error('the lane died');
        return own.run.classify(inputs);
      },
    };
    return { ...own, run };
  }
  const kept = () => readFile(journalFor().path, 'utf8');

  test('keep the order of pictures, journal and progress, whichever is ready first', async () => {
    const images = await writeNumbers(22, [2, 9]);
    const one = bench(images);
    const progress = (await toEnd(one.run)).map(({ done, unread }) => [done, unread]);
    const journal = await kept();
    await journalFor().clear();
    const all = backwards(images);
    expect((await toEnd(all.run)).map(({ done, unread }) => [done, unread])).toEqual(progress);
    const firsts = ({ calls }: Bench) => calls.map(([first]) => first);
    expect([firsts(one), firsts(all)]).toEqual([
      [0, 4, 8, 12, 16, 20],
      [4, 0, 8, 16, 12, 20],
    ]);
    expect(all.results).toEqual(one.results);
    expect(all.unread).toEqual(one.unread);
    expect(await kept()).toBe(journal);
  });

  test('keep what came before one that fails', async () => {
    const images = await writeNumbers(22);
    await expect(toEnd(backwards(images, 2).run)).rejects.toThrow('the lane died');
    expect((await kept()).trim().split('\n')).toHaveLength(8);
    const resumed = bench(images);
    await toEnd(resumed.run);
    expect(resumed.reads).toHaveLength(14);
    expect(resumed.results.map(({ path }) => path)).toEqual(images.map(({ path }) => path));
  });
});

describe('a run', () => {
  test('measures each picture once, in batches that a broken one leaves a gap in', async () => {
    const images = await writeNumbers(10, [2, 9]);
    const all = bench(images);
    const progress = await toEnd(all.run);
    expect(all.calls).toEqual([
      [0, 1, Number.NaN, 3],
      [4, 5, 6, 7],
      [8, Number.NaN, Number.NaN, Number.NaN],
    ]);
    expect(all.results.map(({ path }) => path)).toEqual(
      images.filter((_, index) => index !== 2 && index !== 9).map(({ path }) => path),
    );
    expect(all.unread).toEqual(
      [2, 9].map((index) => ({ ...images[index]!, code: 'image-broken', message: `${images[index]!.path}: broken.` })),
    );
    expect(progress.map(({ done }) => done)).toEqual([0, 4, 8, 10]);
    expect(progress.at(-1)).toMatchObject({ total: 10, unread: 2, reused: 0 });
  });

  test('of broken pictures alone calls no network', async () => {
    const all = bench(await writeNumbers(3, [0, 1, 2]));
    await toEnd(all.run);
    expect([all.calls.length, all.unread.length, all.results.length]).toEqual([0, 3, 0]);
  });

  test('of other batches says the same', async () => {
    const images = await writeNumbers(11, [3]);
    const texts: string[] = [];
    for (const batch of [1, 3, 8, 64]) {
      const all = bench(images, { batch, journal: journalFor({ version: `batch ${batch}` }) });
      await toEnd(all.run);
      texts.push(scoresOf(all));
    }
    expect(new Set(texts).size).toBe(1);
  });

  test('fails where the network fails, and keeps what was measured', async () => {
    const images = await writeNumbers(8);
    const broken = bench(images);
    let calls = 0;
    const { classify } = broken.run;
    const failing = async (inputs: Float32Array) => {
      if (++calls === 2) throw new Error('out of memory');
      return classify(inputs);
    };
    await expect(toEnd({ ...broken.run, classify: failing })).rejects.toThrow('out of memory');
    const again = bench(images);
    expect((await toEnd(again.run))[0]).toMatchObject({ done: 4, reused: 4 });
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d as a logit', async (value) => {
    const all = bench(await writeNumbers(1), { classify: async () => new Float32Array(4 * CLASSES).fill(value) });
    await expect(toEnd(all.run)).rejects.toMatchObject({ code: 'engine-wrong-numbers' });
  });
});

describe('an interrupted run', () => {
  test.each([1, 2, 3])('goes on after batch %i with neither loss nor repetition', async (batches) => {
    const images = await writeNumbers(14, [5]);
    const whole = bench(images, { journal: journalFor({ version: 'whole' }) });
    await toEnd(whole.run);

    const abort = new AbortController();
    const first = bench(images, { signal: abort.signal });
    await expect(
      (async () => {
        for await (const { done } of runEvaluation(first.run)) if (done >= batches * 4) abort.abort();
      })(),
    ).rejects.toMatchObject({ code: 'cancelled' });

    const second = bench(images);
    const [start] = await toEnd(second.run);
    expect(start).toMatchObject({ done: batches * 4, reused: batches * 4 });
    expect(second.reads.sort()).toEqual(
      images
        .slice(batches * 4)
        .map(({ path }) => path)
        .sort(),
    );
    expect(second.calls).toEqual(whole.calls.slice(batches));
    expect(scoresOf(second)).toBe(scoresOf(whole));
  });

  test('drops a half-written line and writes behind it', async () => {
    const images = await writeNumbers(8);
    const whole = bench(images);
    await toEnd(whole.run);
    const { path } = journalFor();
    const text = await readFile(path, 'utf8');
    const lines = text.split('\n');
    await truncate(path, text.length - lines[7]!.length + 20);

    const second = bench(images);
    await toEnd(second.run);
    // The whole place in the batch, and only that picture.
    expect(second.calls).toEqual([[Number.NaN, Number.NaN, Number.NaN, 7]]);
    expect(scoresOf(second)).toBe(scoresOf(whole));
    const third = bench(images);
    expect((await toEnd(third.run))[0]).toMatchObject({ done: 8, reused: 8 });
    expect(third.reads).toEqual([]);
  });

  test.each([
    ['zeros after a power cut', '\0\0\0\0\0\n'],
    ['another program', '{"path":"c0/0000.png"}\nhello\n{}\n[]\n'],
    [
      'a class beyond the head',
      '{"path":"c0/0000.png","size":1,"mtimeMs":1,"truth":0,"top":[{"index":99,"probability":1}],"truthProbability":0,"truthRank":2}\n',
    ],
  ])('takes no answer from lines of %s', async (_, junk) => {
    const images = await writeNumbers(2);
    await utimes(join(folder, images[0]!.path), 0.001, 0.001);
    const clean = bench(images, { journal: journalFor({ version: 'clean' }) });
    await toEnd(clean.run);
    await mkdir(join(folder, 'journals'), { recursive: true });
    await appendFile(journalFor().path, junk);
    const all = bench(images);
    await toEnd(all.run);
    expect(all.calls).toHaveLength(1);
    expect(scoresOf(all)).toBe(scoresOf(clean));
  });

  test('measures again what has changed: the file, its date, or its class', async () => {
    const images = await writeNumbers(6, [5]);
    await toEnd(bench(images).run);
    await writeFile(join(folder, images[1]!.path), '1000');
    await utimes(join(folder, images[2]!.path), 1000, 1000);
    await writeFile(join(folder, images[5]!.path), '55');
    const relabelled = images.map((image, index) => (index === 4 ? { ...image, truth: 0 } : image));
    const second = bench(relabelled);
    await toEnd(second.run);
    expect(second.reads.sort()).toEqual([1, 2, 4, 5].map((index) => images[index]!.path));
    expect(second.unread).toEqual([]);
    expect(second.results.find(({ path }) => path === images[4]!.path)?.truth).toBe(0);
    const third = bench(relabelled);
    await toEnd(third.run);
    expect(third.reads).toEqual([]);
    expect(scoresOf(third)).toBe(scoresOf(second));
  });

  test('tries a file that could not be read again, and reports it until it can be', async () => {
    const images = await writeNumbers(2);
    const gone = { path: 'c0/gone.png', truth: 0 };
    const first = bench([...images, gone]);
    await toEnd(first.run);
    expect(first.unread).toMatchObject([{ path: gone.path, code: 'image-unreadable' }]);
    await writeFile(join(folder, gone.path), '3');
    const second = bench([...images, gone]);
    await toEnd(second.run);
    expect(second.reads).toEqual([gone.path]);
    expect(second.unread).toEqual([]);
  });

  test.each<Partial<JournalKey>>([
    { sha256: 'cd' },
    { folder: '/other' },
    { activation: 'gelu' },
    { preprocessing: cropSquare(128) },
    { spec: VARIANTS['cvt-21'] },
    { version: '2' },
  ])('takes nothing from a run with another %j', async (changed) => {
    const images = await writeNumbers(2);
    await toEnd(bench(images).run);
    const other = bench(images, { journal: journalFor(changed) });
    await toEnd(other.run);
    expect(other.reads).toHaveLength(2);
  });

  test('forgets when told to', async () => {
    const images = await writeNumbers(2);
    await toEnd(bench(images).run);
    await journalFor().clear();
    const again = bench(images);
    await toEnd(again.run);
    expect(again.reads).toHaveLength(2);
  });
});

test('a journal that cannot be read says so', async () => {
  await writeFile(join(folder, 'journals'), 'a file in the way');
  await expect(toEnd(bench(await writeNumbers(1)).run)).rejects.toMatchObject({ code: 'journal-unreadable' });
});

test.runIf(process.platform !== 'win32')('a journal that cannot be written says so', async () => {
  await symlink(join(folder, 'gone', 'too'), join(folder, 'journals'));
  await expect(toEnd(bench(await writeNumbers(1)).run)).rejects.toMatchObject({ code: 'journal-unwritable' });
});
