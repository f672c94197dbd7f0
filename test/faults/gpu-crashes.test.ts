import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GpuCrashes } from '../../electron/engine/gpu-crashes.ts';
import { GpuKeeper } from '../../electron/engine/gpu-keeper.ts';
import { gpuPolicy, MAX_GPU_CRASHES } from '../../electron/engine/gpu-policy.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvt-gpu-crashes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** One run of the app, as main.ts puts it together; all runs share the count on disk. */
function start(env: Readonly<Record<string, string>> = {}) {
  const crashes = new GpuCrashes(join(folder, 'gpu-crashes.json'), 'this build');
  const policy = gpuPolicy({ platform: 'darwin', env, crashes: crashes.count });
  const done: string[] = [];
  const keeper = new GpuKeeper(policy, crashes, {
    avoid: (reason) => done.push(reason ?? 'allowed again'),
    relaunch: () => done.push('relaunched'),
  });
  return { keeper, policy, done };
}

const AVOIDED = `The GPU process ended ${MAX_GPU_CRASHES} times, so the CPU is used.`;

describe('the GPU process that crashes', () => {
  test('once a start, three starts in a row: the fourth does without the GPU and offers to try it again', () => {
    for (let run = 0; run < MAX_GPU_CRASHES; run++) {
      const { keeper, policy } = start();
      expect(policy.hardwareAcceleration).toBe(true);
      keeper.crashed();
      keeper.quit();
    }
    const { keeper, policy, done } = start();
    expect(policy).toMatchObject({ hardwareAcceleration: false, avoidWebgpu: AVOIDED });
    expect(keeper.standing).toEqual({ kind: 'avoided', restarts: true });
    keeper.quit();
    // A run on the CPU says nothing about the GPU: the next start offers it again.
    expect(start().keeper.standing).toEqual({ kind: 'avoided', restarts: true });

    keeper.retry();
    expect(done).toEqual(['relaunched']);
    keeper.quit();
    const again = start();
    expect(again.policy).toMatchObject({ hardwareAcceleration: true, avoidWebgpu: null });
    expect(again.keeper.standing).toEqual({ kind: 'open' });
  });

  test('three times in one run: the engine goes on without it at once, and back when the user wants it', () => {
    const { keeper, done } = start();
    for (let crash = 0; crash < MAX_GPU_CRASHES; crash++) keeper.crashed();
    expect(done).toEqual([AVOIDED]);
    expect(keeper.standing).toEqual({ kind: 'avoided', restarts: false });
    keeper.retry();
    expect(done).toEqual([AVOIDED, 'allowed again']);
    expect(keeper.standing).toEqual({ kind: 'open' });
    for (let crash = 0; crash < MAX_GPU_CRASHES; crash++) keeper.crashed();
    expect(done).toEqual([AVOIDED, 'allowed again', AVOIDED]);
  });

  test('in between runs that were well is not counted together', () => {
    for (let run = 0; run < 3 * MAX_GPU_CRASHES; run++) {
      const { keeper, policy } = start();
      expect(policy.hardwareAcceleration).toBe(true);
      if (run % 2) keeper.crashed();
      keeper.quit();
    }
  });

  test('is nothing to try again where the user keeps the app off the GPU', () => {
    const { keeper, done } = start({ CVT_LENS_GPU: 'off' });
    expect(keeper.standing).toEqual({ kind: 'open' });
    keeper.retry();
    expect(done).toEqual([]);
  });
});
