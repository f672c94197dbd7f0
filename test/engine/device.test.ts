import { describe, expect, it } from 'vitest';
import type { DevicePreference } from '../../renderer/engine/protocol.ts';
import { chooseDevice, type Surroundings } from '../../renderer/engine/worker/device.ts';
import { APPLE, type FakeAdapter, fakeGpu, LIMIT, SWIFTSHADER } from './fake-gpu.ts';

function machine(adapter: FakeAdapter | null, rest: Partial<Surroundings> = {}) {
  const { gpu, asked } = fakeGpu(adapter);
  const surroundings: Surroundings = { gpu, cores: 8, crossOriginIsolated: true, ...rest };
  const choose = (preference: DevicePreference, threads: number | null = null, avoidWebgpu: string | null = null) =>
    chooseDevice({ type: 'start', preference, threads, avoidWebgpu }, surroundings);
  return { choose, asked };
}

describe('chooseDevice', () => {
  it('takes a real adapter, with its limits and the features that are used', async () => {
    const { choose, asked } = machine(APPLE);
    const { report, gpu, software } = await choose('auto');
    expect(report).toEqual({
      preference: 'auto',
      provider: 'webgpu',
      adapter: 'apple metal-3',
      threads: 4,
      fallbackReason: null,
      precisions: ['fp32', 'fp16'],
    });
    expect(gpu).not.toBeNull();
    expect(software).toBe(false);
    expect(asked.adapters).toEqual([{ powerPreference: 'high-performance' }]);
    expect(asked.devices[0]?.requiredFeatures).toEqual(['shader-f16']);
    expect(asked.devices[0]?.requiredLimits).toMatchObject({
      maxStorageBufferBindingSize: LIMIT,
      maxBufferSize: LIMIT,
    });
  });

  it.each<[string, FakeAdapter | null, Partial<Surroundings>, RegExp]>([
    ['no WebGPU', null, { gpu: undefined }, /^WebGPU is not available here; using the CPU with 4 threads\.$/],
    ['no adapter', null, {}, /^No WebGPU adapter; using the CPU with 4 threads\.$/],
    ['a software adapter', SWIFTSHADER, {}, /software \(google swiftshader\); using the CPU/],
    ['a fallback adapter', { info: { isFallbackAdapter: true } }, {}, /software \(unnamed adapter\); using the CPU/],
    [
      'Windows without a driver',
      { info: { description: 'Microsoft Basic Render Driver' } },
      {},
      /software .*using the CPU/,
    ],
    ['an adapter without a device', { ...APPLE, refuses: 'busy' }, {}, /apple metal-3.*no device: busy; using the CPU/],
    ['one core', null, { cores: 1 }, /using the CPU with 1 thread\.$/],
    ['no isolation', null, { crossOriginIsolated: false }, /1 thread\. The page is not cross-origin isolated/],
  ])('falls back to the CPU with a reason: %s', async (_, adapter, rest, reason) => {
    const { report, gpu } = await machine(adapter, rest).choose('auto');
    expect(gpu).toBeNull();
    expect(report).toMatchObject({ provider: 'wasm', adapter: null });
    expect(report.fallbackReason).toMatch(reason);
  });

  it('takes a software adapter for whoever insists', async () => {
    const { report, software } = await machine(SWIFTSHADER).choose('webgpu');
    expect(report).toMatchObject({ provider: 'webgpu', adapter: 'google swiftshader', fallbackReason: null });
    expect(report.precisions).toEqual(['fp32']);
    expect(software).toBe(true);
  });

  it('asks whoever insists on what is not there to choose otherwise', async () => {
    const { choose, asked } = machine(null);
    await expect(choose('webgpu')).rejects.toMatchObject({ name: 'EngineError', code: 'engine-no-webgpu' });
    expect(asked.adapters.at(-1)).toEqual({ forceFallbackAdapter: true });
  });

  it.each<[DevicePreference, string | null]>([
    ['wasm', null],
    ['auto', 'WebGPU failed repeatedly; using the CPU.'],
  ])('touches no GPU for %s, avoiding: %s', async (preference, avoid) => {
    const { choose, asked } = machine(APPLE);
    const { report } = await choose(preference, null, avoid);
    expect(report).toMatchObject({ provider: 'wasm', fallbackReason: avoid });
    expect(asked.adapters).toEqual([]);
  });

  it.each([
    [1, null, 1],
    [2, null, 2],
    [4, null, 4],
    [6, null, 4],
    [12, null, 6],
    [64, null, 8],
    [64, 12, 12],
    [4, 12, 4],
  ])('of %i cores, %s wanted, gives the CPU %i threads', async (cores, wanted, threads) => {
    const { report } = await machine(null, { cores }).choose('wasm', wanted);
    expect(report.threads).toBe(threads);
  });
});
