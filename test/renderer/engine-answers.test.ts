import { describe, expect, test } from 'vitest';
import type { PictureAnswer } from '../../models/evaluation/evaluate-pictures.ts';
import type { Engine } from '../../renderer/engine/engine.ts';
import { engineAnswers } from '../../renderer/evaluate/engine-answers.ts';
import { JobSize } from '../../renderer/evaluate/job-size.ts';
import { ENTRY } from './fake-engine.ts';
import { folderOf, ReadingEngine } from './fake-evaluation.ts';

const running = new AbortController().signal;

describe('answers of the engine', () => {
  const work = (engine: Engine, contents: Readonly<Record<string, string>>) => {
    const folder = folderOf(contents);
    const images = folder.pictures.map((path) => ({ path, truth: 0 }));
    return { engine, model: ENTRY as never, images, files: folder.files, signal: running };
  };
  const all = async (run: AsyncIterable<readonly PictureAnswer[]>) => {
    const answers: PictureAnswer[] = [];
    for await (const some of run) answers.push(...some);
    return answers;
  };
  const many = (count: number, special: Readonly<Record<number, string>> = {}) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, at) => [`bee/${String(at).padStart(3, '0')}.png`, special[at] ?? 'bee']),
    );

  test('another precision than is measured ends it', async () => {
    const asked = { ...work(new ReadingEngine(), many(2)), model: { ...ENTRY, precision: 'int8' } as never };
    const run = all(engineAnswers(asked, [0, 1]));
    await expect(run).rejects.toThrow(/was measured in 8-bit integer, and the engine now runs it in 32-bit float/);
  });

  test('come for each picture once, in jobs that the lane can bear', async () => {
    const engine = new ReadingEngine();
    const answers = await all(
      engineAnswers(
        work(engine, many(60)),
        Array.from({ length: 60 }, (_, at) => at),
      ),
    );
    expect(answers.map(({ index }) => index)).toEqual(Array.from({ length: 60 }, (_, at) => at));
    expect(engine.jobs[0]).toBe(1);
    expect(Math.max(...engine.jobs)).toBeLessThanOrEqual(16);
  });

  test('say of a picture on which the engine dies that it did, and go on with the others', async () => {
    const engine = new ReadingEngine();
    const answers = await all(engineAnswers(work(engine, many(20, { 9: 'deadly' })), [...Array(20).keys()]));
    expect(answers).toHaveLength(20);
    expect(answers[9]!.outcome).toMatchObject({ code: 'engine-crashed', isPassing: true });
    expect(answers.filter(({ outcome }) => outcome instanceof Float32Array)).toHaveLength(19);
  });

  test('end where the engine dies on one after the other', async () => {
    const deadly = Object.fromEntries([...Array(9).keys()].map((at) => [at, 'deadly']));
    const run = all(engineAnswers(work(new ReadingEngine(), many(9, deadly)), [...Array(9).keys()]));
    await expect(run).rejects.toMatchObject({ code: 'engine-crashed' });
  });

  test('end where the model gives no numbers', async () => {
    const run = all(engineAnswers(work(new ReadingEngine(), many(2, { 1: 'NaN' })), [0, 1]));
    await expect(run).rejects.toMatchObject({ code: 'not-finite' });
  });

  test('tell a file that is gone, without keeping that', async () => {
    const { files: _, ...rest } = work(new ReadingEngine(), many(1));
    const [answer] = await all(engineAnswers({ ...rest, files: new Map() }, [0]));
    expect(answer!.outcome).toMatchObject({ code: 'image-unreadable', isPassing: true });
  });
});

test.each([
  { took: [[100, 1]], pictures: 2 },
  {
    took: [
      [100, 1],
      [200, 2],
    ],
    pictures: 4,
  },
  { took: [[5000, 1]], pictures: 1 },
  { took: Array.from({ length: 9 }, (_, step) => [1, 2 ** Math.min(step, 4)]), pictures: 16 },
])('a job of the engine stays short: $pictures pictures', ({ took, pictures }) => {
  const size = new JobSize();
  for (const [ms, done] of took) size.took(ms!, done!);
  expect(size.pictures).toBe(pictures);
});
