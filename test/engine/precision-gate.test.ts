import * as ort from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import type { DevicePreference } from '../../renderer/engine/protocol.ts';
import { bringUp } from '../../renderer/engine/worker/bring-up.ts';
import { APPLE, type FakeAdapter, fakeGpu } from './fake-gpu.ts';
import { tinyModel } from './tiny-model.ts';
import { type StandInRuntime, standInRuntime, type Wrong } from './wrong-runtime.ts';

ort.env.wasm.numThreads = 1;

const TASK = { signal: new AbortController().signal, progress: () => {} };
/** Operators that only one precision's graphs have. */
const INT8 = 'DynamicQuantizeMatMul';
const FP16 = 'Cast';

function start(preference: DevicePreference, adapter: FakeAdapter | null, runtime: StandInRuntime) {
  const surroundings = { gpu: fakeGpu(adapter).gpu, cores: 2, crossOriginIsolated: true };
  const loadRuntime = async () => ({ ort: runtime.ort, name: 'stand-in' });
  return bringUp({ type: 'start', preference, threads: 1, avoidWebgpu: null }, surroundings, {
    loadRuntime,
    files: null,
  });
}

describe('a provider that gives wrong numbers', () => {
  it('WebGPU in fp32: the CPU takes over, and the report says why', async () => {
    const runtime = standInRuntime({ output: 'logits', by: 0.5, provider: 'webgpu' });
    const { device, gpu } = await start('auto', APPLE, runtime);
    expect(gpu).toBeNull();
    expect(device).toMatchObject({ provider: 'wasm', precisions: ['fp32', 'int8'] });
    expect(device.fallbackReason).toMatch(
      /^WebGPU gave wrong numbers: its logits on a known input are off by 0\.5.*Now using the CPU/,
    );
  });

  it('WebGPU in fp32, for whoever insists on it: refused', async () => {
    const runtime = standInRuntime({ output: 'logits', by: 0.5, provider: 'webgpu' });
    await expect(start('webgpu', APPLE, runtime)).rejects.toMatchObject({ code: 'engine-wrong-numbers' });
  });

  it('the CPU in fp32: refused', async () => {
    const runtime = standInRuntime({ output: 'stage2.block1.received', by: 0.5 });
    await expect(start('wasm', null, runtime)).rejects.toMatchObject({ code: 'engine-wrong-numbers' });
  });

  it.each<[string, DevicePreference, FakeAdapter | null, 'int8' | 'fp16', Wrong, RegExp]>([
    [
      'the CPU in int8',
      'wasm',
      null,
      'int8',
      { output: 'logits', by: 0.5, only: INT8 },
      /^The CPU gave wrong numbers in 8-bit integer: its logits/,
    ],
    [
      'WebGPU in fp16',
      'auto',
      APPLE,
      'fp16',
      { output: 'logits', by: 0.5, only: FP16 },
      /^WebGPU gave wrong numbers in 16-bit float: its logits/,
    ],
  ])(
    '%s: the model runs in fp32, and its report says why',
    async (_, preference, adapter, precision, wrong, reason) => {
      const runtime = standInRuntime(wrong);
      const { models } = await start(preference, adapter, runtime);
      const { report, network } = await models.load({ ...tinyModel(), precision }, TASK);
      expect(report.precision).toMatchObject({ asked: precision, ran: 'fp32' });
      expect(report.precision.reason).toMatch(reason);
      expect(report.precision.reason).toMatch(/This model runs in 32-bit float instead\.$/);
      // The wrong path is not taken.
      const logits = await network.logits(new Float32Array(3 * 64 * 64));
      const { network: plain } = await models.load(tinyModel(), TASK);
      expect(await plain.logits(new Float32Array(3 * 64 * 64))).toEqual(logits);
    },
  );
});

describe('a precision', () => {
  it.each<[string, DevicePreference, FakeAdapter | null, 'int8' | 'fp16', RegExp | null]>([
    ['int8 on the CPU', 'wasm', null, 'int8', null],
    ['fp16 on a GPU with shader-f16', 'auto', APPLE, 'fp16', null],
    ['fp16 on the CPU', 'wasm', null, 'fp16', /16-bit floats need a GPU/],
    [
      'fp16 on a GPU without',
      'auto',
      { ...APPLE, features: [] },
      'fp16',
      /The GPU \(apple metal-3\) does not compute in 16-bit floats \(shader-f16\)/,
    ],
    ['int8 on a GPU', 'auto', APPLE, 'int8', /8-bit integers are for the CPU/],
  ])('%s', async (_, preference, adapter, asked, refused) => {
    const { models } = await start(preference, adapter, standInRuntime());
    const { report } = await models.load({ ...tinyModel(), precision: asked }, TASK);
    if (refused === null) expect(report.precision).toEqual({ asked, ran: asked, reason: null });
    else {
      expect(report.precision).toMatchObject({ asked, ran: 'fp32' });
      expect(report.precision.reason).toMatch(refused);
    }
  });

  it('proves itself once', async () => {
    const runtime = standInRuntime();
    const { models } = await start('wasm', null, runtime);
    const atStart = runtime.sessions.length;
    await models.load({ ...tinyModel(), precision: 'int8' }, TASK);
    const first = runtime.sessions.length - atStart;
    await models.load({ ...tinyModel('another'), precision: 'int8' }, TASK);
    // The known network and a graph over its taps, then the model; after that the model alone.
    expect([first, runtime.sessions.length - atStart - first]).toEqual([3, 1]);
  });

  it('of one device says nothing of another', async () => {
    const runtime = standInRuntime({ output: 'logits', by: 0.5, only: INT8 });
    const engine = await start('auto', APPLE, runtime);
    const { report } = await engine.models.load({ ...tinyModel(), precision: 'fp16' }, TASK);
    expect(report.precision.ran).toBe('fp16');
    const { models } = await engine.cpu();
    const beside = await models.load({ ...tinyModel(), precision: 'int8' }, TASK);
    expect(beside.report.precision).toMatchObject({
      ran: 'fp32',
      reason: expect.stringMatching(/^The CPU gave wrong numbers/),
    });
  });

  it('is not taken for another of the same model', async () => {
    const { models } = await start('wasm', null, standInRuntime());
    const input = Float32Array.from({ length: 3 * 64 * 64 }, (_, i) => Math.sin(i));
    const int8 = await models.load({ ...tinyModel(), precision: 'int8' }, TASK);
    const fp32 = await models.load(tinyModel(), TASK);
    expect(fp32.report.precision.ran).toBe('fp32');
    expect(await int8.network.logits(input)).not.toEqual(await fp32.network.logits(input));
    expect((await models.load({ ...tinyModel(), precision: 'int8' }, TASK)).network).toBe(int8.network);
  });
});
