import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { journalEntrySchema } from '../../models/evaluation/journal-entry.ts';
import { arrange, drawSet } from '../evaluation/labelled-set.ts';
import { type BuiltProgram, buildProgram } from '../hub/child.ts';

let root: string;
let cvt: BuiltProgram;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cvt-evaluate-lanes-'));
  cvt = await buildProgram('electron/cli.ts', { lane: 'electron/inference/lanes/lane.ts' });
  const drawn = await drawSet(join(root, 'drawn'), 2, 5);
  await arrange(join(root, 'drawn'), drawn, join(root, 'set'), 'names');
}, 60_000);
afterAll(async () => {
  await cvt?.remove();
  await rm(root, { recursive: true, force: true });
});

/** In a home of its own, so that nothing is left of another run. */
async function evaluated(...words: string[]) {
  const home = await mkdtemp(join(root, 'home-'));
  const running = cvt.start(['evaluate', join(root, 'set'), ...words], { CVT_LENS_HOME: home });
  const code = await running.ended;
  const journals = await readdir(join(home, 'evaluations')).catch(() => []);
  const journal = await Promise.all(journals.map((name) => readFile(join(home, 'evaluations', name), 'utf8')));
  return { code, ...running.printed, journal };
}

/** From here on lanes have a thread each, whatever the machine. */
const LANES = Math.max(2, availableParallelism());

test.each([
  ['pictures one at a time', []],
  ['batches, the last of which is not full', ['--batch', '5']],
  ['8 bits', ['--precision', 'int8']],
])(
  'cvt evaluate keeps journal and report to the byte in any number of lanes: %s',
  async (_, words) => {
    const common = ['--size', '96', ...words, '--json', '--lanes'];
    const [some, more] = [await evaluated(...common, `${LANES}`), await evaluated(...common, `${LANES + 1}`)];
    expect([some.code, more.code]).toEqual([0, 0]);
    expect(JSON.parse(some.stdout)).toMatchObject({ pictures: 24, models: [{ labelled: 24 }] });
    expect(more.stdout).toBe(some.stdout);
    expect(some.journal).toHaveLength(1);
    expect(more.journal).toEqual(some.journal);
  },
  120_000,
);

const entries = (journal: readonly string[]) =>
  journal
    .join('')
    .trim()
    .split('\n')
    .map((line) => journalEntrySchema.parse(JSON.parse(line)));

test('cvt evaluate answers in lanes what it answers without', async () => {
  const lanes = entries((await evaluated('--size', '96', '--json', '--lanes', `${LANES}`)).journal);
  const alone = entries((await evaluated('--size', '96', '--json', '--lanes', '1')).journal);
  expect(alone).toHaveLength(24);
  for (const [place, entry] of alone.entries()) {
    const other = lanes[place]!;
    if (!('top' in entry) || !('top' in other)) throw new Error(`${entry.path} has no answer.`);
    expect(other).toMatchObject({ path: entry.path, truth: entry.truth, truthRank: entry.truthRank });
    for (const [rank, { index, probability }] of entry.top.entries()) {
      expect(other.top[rank]!.index).toBe(index);
      expect(Math.abs(other.top[rank]!.probability - probability)).toBeLessThan(1e-5);
    }
  }
}, 60_000);

test('a checkpoint that is none is the same error in lanes', async () => {
  const words = ['--checkpoint', join(root, 'set', 'PARROT'), '--json'];
  const one = await evaluated(...words, '--lanes', '1');
  expect(one).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('error[unreadable]') });
  expect(await evaluated(...words, '--lanes', '2')).toEqual(one);
});

test('a build without its lanes says so', async () => {
  const bare = await buildProgram('electron/cli.ts');
  try {
    const words = ['evaluate', join(root, 'set'), '--lanes', '2'];
    const running = bare.start(words, { CVT_LENS_HOME: await mkdtemp(join(root, 'home-')) });
    expect(await running.ended).toBe(2);
    expect(running.printed.stderr).toContain('error[app-incomplete]');
  } finally {
    await bare.remove();
  }
});
