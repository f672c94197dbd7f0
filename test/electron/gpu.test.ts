import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { GpuCrashes } from '../../electron/engine/gpu-crashes.ts';
import { gpuPolicy, MAX_GPU_CRASHES } from '../../electron/engine/gpu-policy.ts';
import { FREE_POLICY, policyQuery, readPolicy } from '../../renderer/engine/engine-policy.ts';

const X11 = { DISPLAY: ':0' };

test.each([
  ['linux', X11, 4],
  ['linux', { ...X11, WAYLAND_DISPLAY: 'wayland-0' }, 4],
  // Vulkan on Wayland: no window would appear.
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 0],
  ['linux', { ...X11, CVT_LENS_LINUX_WEBGPU: 'off' }, 0],
  ['darwin', {}, 0],
  ['win32', {}, 0],
] as const)('%s with %o sets %i switches', (platform, env, count) => {
  const policy = gpuPolicy({ platform, env, crashes: 0 });
  expect(policy.switches).toHaveLength(count);
  expect(policy.hardwareAcceleration).toBe(true);
  expect(policy.avoidWebgpu).toBeNull();
});

test.each([
  [MAX_GPU_CRASHES - 1, {}, true],
  [MAX_GPU_CRASHES, {}, false],
  [MAX_GPU_CRASHES, { CVT_LENS_GPU: 'on' }, true],
  [0, { CVT_LENS_GPU: 'off' }, false],
])('after %i crashes, with %o: GPU %s', (crashes, env, used) => {
  const policy = gpuPolicy({ platform: 'linux', env: { ...X11, ...env }, crashes });
  expect(policy.hardwareAcceleration).toBe(used);
  expect(policy.avoidWebgpu === null).toBe(used);
  expect(policy.switches.length > 0).toBe(used);
});

describe('the crash count', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'cvt-lens-gpu-'));
    file = join(folder, 'deep', 'gpu-crashes.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('goes on over starts, until another build or a good run', () => {
    new GpuCrashes(file, 'a').record();
    new GpuCrashes(file, 'a').record();
    expect(new GpuCrashes(file, 'a').count).toBe(2);
    expect(new GpuCrashes(file, 'b').count).toBe(0);
    new GpuCrashes(file, 'a').forget();
    expect(new GpuCrashes(file, 'a').count).toBe(0);
  });

  test.each(['', '{', '[]', '{"build":"a","crashes":-1}', '{"build":"a","crashes":"many"}'])(
    'a damaged file (%s) counts as none and is replaced',
    (text) => {
      new GpuCrashes(file, 'a').record();
      writeFileSync(file, text);
      const crashes = new GpuCrashes(file, 'a');
      expect(crashes.count).toBe(0);
      crashes.record();
      expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ build: 'a', crashes: 1 });
    },
  );
});

test.each([
  FREE_POLICY,
  { preference: 'wasm', avoidWebgpu: null },
  { preference: 'webgpu', avoidWebgpu: 'It ended 3 times & more; 100 % sure?' },
] as const)('policy %o survives the engine page’s address', (policy) => {
  expect(readPolicy(`?${policyQuery(policy)}`)).toEqual(policy);
});

test.each(['', '?preference=toaster', '?x=1'])('an address that says nothing (%s) is the free policy', (query) => {
  expect(readPolicy(query)).toEqual(FREE_POLICY);
});
