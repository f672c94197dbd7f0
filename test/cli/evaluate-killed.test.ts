import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { arrange, drawSet } from '../evaluation/labelled-set.ts';
import { type BuiltProgram, buildProgram, type RunningProgram } from '../hub/child.ts';

const PICTURES = 72;
/** Small inputs, so that the whole set takes seconds, and small batches, so that there are many moments to be killed in. */
const WORDS = ['--json', '--size', '96', '--batch', '4', '--lanes', '2'];

let root: string;
let cvt: BuiltProgram;
let home: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'cvt-evaluate-killed-'));
  cvt = await buildProgram('electron/cli.ts', { lane: 'electron/inference/lanes/lane.ts' });
  const drawn = await drawSet(join(root, 'drawn'), PICTURES / 12, 7);
  await arrange(join(root, 'drawn'), drawn, join(root, 'set'), 'names');
}, 60_000);
afterAll(async () => {
  await cvt?.remove();
  await rm(root, { recursive: true, force: true });
});
beforeEach(async () => {
  home = await mkdtemp(join(root, 'home-'));
});

const start = (...words: string[]): RunningProgram =>
  cvt.start(['evaluate', join(root, 'set'), ...WORDS, ...words], { CVT_LENS_HOME: home });

/** Complete lines of the one journal that is kept; 0 before there is one. */
async function journalled(): Promise<number> {
  const folder = join(home, 'evaluations');
  const [name] = await readdir(folder).catch(() => []);
  if (name === undefined) return 0;
  return (await readFile(join(folder, name), 'utf8')).split('\n').length - 1;
}

async function untilJournalled(lines: number, running: RunningProgram): Promise<void> {
  while ((await journalled()) < lines) {
    expect(running.process.exitCode).toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('an evaluation that is ended in the middle', () => {
  let unbroken: string;
  beforeAll(async () => {
    home = await mkdtemp(join(root, 'home-'));
    const whole = start();
    expect(await whole.ended).toBe(0);
    unbroken = whole.printed.stdout;
    expect(JSON.parse(unbroken)).toMatchObject({ pictures: PICTURES });
  }, 120_000);

  test('by SIGKILL, twice, gives the same report to the byte', async () => {
    for (const lines of [8, 24]) {
      const killed = start();
      await untilJournalled(lines, killed);
      killed.process.kill('SIGKILL');
      expect(await killed.ended).toBeNull();
      expect(killed.printed.stdout).toBe('');
    }
    const kept = await journalled();
    expect(kept).toBeGreaterThanOrEqual(24);
    expect(kept).toBeLessThan(PICTURES);
    const resumed = start();
    expect(await resumed.ended).toBe(0);
    expect(resumed.printed.stdout).toBe(unbroken);
    // Each picture once: none was lost, none measured again.
    expect(resumed.printed.stderr).toMatch(/\d+ from an earlier run/);
    expect(await journalled()).toBeLessThanOrEqual(PICTURES + 2);
  }, 120_000);

  test('by Ctrl-C pauses and says how to go on', async () => {
    const paused = start('--fresh');
    await untilJournalled(8, paused);
    paused.process.kill('SIGINT');
    expect(await paused.ended).toBe(130);
    const [, done, command] = /cvt-demo: paused at (\d+) of 72\. Go on with: cvt (.+)\n/.exec(paused.printed.stderr)!;
    expect(await journalled()).toBe(Number(done));
    expect(command).toBe(`evaluate ${join(root, 'set')} ${WORDS.join(' ')}`);
    const resumed = cvt.start(command!.split(' '), { CVT_LENS_HOME: home });
    expect(await resumed.ended).toBe(0);
    expect(resumed.printed.stdout).toBe(unbroken);
    expect(await journalled()).toBe(PICTURES);
  }, 120_000);
});
