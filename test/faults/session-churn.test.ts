import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BuiltProgram, buildProgram } from '../hub/child.ts';

let program: BuiltProgram;
beforeAll(async () => {
  program = await buildProgram('test/faults/churn-sessions.ts');
}, 60_000);
afterAll(() => program?.remove());

/** A network's weights are 0.4 MB and its runs take more: had one in fifty stayed, this would be passed. */
const BYTES = 2 ** 20;

test('200 networks that were compiled, run and let go leave nothing in the runtime’s memory', async () => {
  const run = program.start(['30', '200']);
  expect(await run.ended, run.printed.stderr).toBe(0);
  const [before, after] = run.printed.stdout.trim().split('\n').map(Number);
  expect(before).toBeGreaterThan(2 ** 20);
  expect(after! - before!).toBeLessThan(BYTES);
}, 120_000);
