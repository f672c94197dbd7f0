import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { SettingsFile } from '../../electron/settings/settings-file.ts';
import { parseSettings } from '../../renderer/shell/settings.ts';
import { arrange, drawSet } from '../evaluation/labelled-set.ts';
import { type BuiltProgram, buildProgram } from '../hub/child.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'cvt-two-processes-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

describe('two processes that change the settings at once', () => {
  const ROUNDS = 25;
  let program: BuiltProgram;
  beforeAll(async () => {
    program = await buildProgram('test/faults/write-settings.ts');
  }, 60_000);
  afterAll(() => program?.remove());

  const opacity = (value: number) => ({ overlay: { ...parseSettings(null).overlay, opacity: value } });

  test('lose no change of either, and no reader ever finds half a file', async () => {
    const rounds = Array.from({ length: ROUNDS }, (_, at) => (at + 1) / ROUNDS);
    const writers = [
      rounds.map((value) => JSON.stringify(opacity(value))),
      rounds.map((_, at) => JSON.stringify({ modelId: `model-${at + 1}` })),
      rounds.map((_, at) => JSON.stringify({ theme: at % 2 ? 'light' : 'dark' })),
    ].map((changes) => program.start([home, ...changes]));
    let isOver = false;
    const ended = Promise.all(writers.map((writer) => writer.ended)).finally(() => {
      isOver = true;
    });
    const path = join(home, 'settings.json');
    while (!isOver) {
      const text = await readFile(path, 'utf8').catch(() => null);
      if (text !== null) expect(() => JSON.parse(text), text).not.toThrow();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await ended, writers.map(({ printed }) => printed.stderr).join('')).toEqual([0, 0, 0]);
    expect(await new SettingsFile(home).read()).toEqual({
      ...parseSettings(null),
      ...opacity(1),
      modelId: `model-${ROUNDS}`,
      theme: 'dark',
    });
    expect(await readdir(home)).toEqual(['settings.json']);
  });

  test('do not wait for one that died while it wrote', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const holder = { pid, host: hostname(), token: 'of the dead' };
    await writeFile(join(home, 'settings.json.lock'), JSON.stringify(holder));
    await new SettingsFile(home).write({ theme: 'dark' });
    expect(await new SettingsFile(home).read()).toEqual({ ...parseSettings(null), theme: 'dark' });
  });
});

describe('two processes that evaluate one folder with one model at once', () => {
  let cvt: BuiltProgram;
  let set: string;
  beforeAll(async () => {
    set = await mkdtemp(join(tmpdir(), 'cvt-two-evaluations-'));
    cvt = await buildProgram('electron/cli.ts', { lane: 'electron/inference/lanes/lane.ts' });
    const drawn = await drawSet(join(set, 'drawn'), 3, 7);
    await arrange(join(set, 'drawn'), drawn, join(set, 'set'), 'names');
  }, 60_000);
  afterAll(async () => {
    await cvt?.remove();
    await rm(set, { recursive: true, force: true });
  });

  test('both report what one alone does, and the journal they share stays whole', async () => {
    const start = (folder: string) =>
      cvt.start(['evaluate', join(set, 'set'), '--json', '--size', '96', '--batch', '4'], { CVT_LENS_HOME: folder });
    const both = [start(join(home, 'shared')), start(join(home, 'shared')), start(join(home, 'alone'))];
    expect(await Promise.all(both.map(({ ended }) => ended)), both[0]!.printed.stderr).toEqual([0, 0, 0]);
    const [first, second, alone] = both.map(({ printed }) => printed.stdout);
    expect(first).toBe(alone);
    expect(second).toBe(alone);
    const journals = await readdir(join(home, 'shared', 'evaluations'));
    expect(journals).toHaveLength(1);
    const lines = (await readFile(join(home, 'shared', 'evaluations', journals[0]!), 'utf8')).trim().split('\n');
    expect(lines.length).toBeGreaterThanOrEqual(36);
    for (const line of lines) expect(() => JSON.parse(line), line).not.toThrow();
  }, 120_000);
});
