import { EngineError, reasonOf } from '../../../models/errors.ts';
import { CPU_PRECISIONS } from '../../../models/precision/precision.ts';
import type { DevicePreference, DeviceReport } from '../protocol.ts';
import type { StartMessage } from '../worker-protocol.ts';
import { GpuWatch } from './gpu-watch.ts';

/** Beyond this, CvT's matrix products are too small to share out. */
const MOST_THREADS = 8;
/** Machines with this many cores or fewer give all of them; larger ones half, which spares hyper-threads and the desktop. */
const FEW_CORES = 4;

/** What a chosen device is, before the runtime is loaded for it. */
export interface DeviceChoice {
  /** Null: the CPU. */
  readonly gpu: GpuWatch | null;
  /** A GPU that is the CPU in disguise: right for correctness, useless for speed. */
  readonly software: boolean;
  readonly report: Omit<DeviceReport, 'runtime'>;
}

/** The parts of the Worker's surroundings that decide; injected so that a test can make any machine up. */
export interface Surroundings {
  readonly gpu: GPU | undefined;
  /** Logical cores. */
  readonly cores: number;
  /** Without it there is no shared memory and so one thread. */
  readonly crossOriginIsolated: boolean;
}

/** What onnxruntime's kernels size themselves by. The defaults are a phone's: 128 MiB bindings, 256 invocations. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

const FEATURES: readonly GPUFeatureName[] = ['shader-f16', 'timestamp-query'];

/**
 * WebGPU where there is a real adapter, else WASM; a software adapter only for whoever insists on WebGPU.
 * @throws EngineError `engine-no-webgpu` where WebGPU is insisted on and cannot be had
 */
export async function chooseDevice(start: StartMessage, surroundings: Surroundings): Promise<DeviceChoice> {
  const threads = threadCount(start.threads, surroundings);
  const { preference } = start;
  if (preference === 'wasm') return onCpu(preference, threads, null, surroundings);
  if (start.avoidWebgpu !== null) return onCpu(preference, threads, start.avoidWebgpu, surroundings);
  const found = await openGpu(surroundings.gpu, preference === 'webgpu');
  if ('missing' in found) {
    if (preference === 'webgpu')
      throw new EngineError(
        'engine-no-webgpu',
        `${found.missing}. Choose the CPU or automatic as the device, or update the graphics driver.`,
      );
    return onCpu(preference, threads, `${found.missing}; ${cpuWords(threads)}.`, surroundings);
  }
  const { gpu, adapter, software } = found;
  const precisions = gpu.hasHalf ? (['fp32', 'fp16'] as const) : (['fp32'] as const);
  return {
    gpu,
    software,
    report: { preference, provider: 'webgpu', adapter, threads, fallbackReason: null, precisions },
  };
}

/** The CPU, with the reason why it is not what was preferred. */
export function onCpu(
  preference: DevicePreference,
  threads: number,
  reason: string | null,
  { crossOriginIsolated }: Pick<Surroundings, 'crossOriginIsolated'>,
): DeviceChoice {
  const single = crossOriginIsolated ? null : 'The page is not cross-origin isolated, which leaves the CPU one thread.';
  const fallbackReason = [reason, single].filter((part) => part !== null).join(' ') || null;
  return {
    gpu: null,
    software: false,
    report: { preference, provider: 'wasm', adapter: null, threads, fallbackReason, precisions: CPU_PRECISIONS },
  };
}

/** `using the CPU with 4 threads` */
export function cpuWords(threads: number): string {
  return `using the CPU with ${threads === 1 ? '1 thread' : `${threads} threads`}`;
}

function threadCount(wanted: number | null, { cores, crossOriginIsolated }: Surroundings): number {
  if (!crossOriginIsolated) return 1;
  const sensible = Math.min(MOST_THREADS, cores, Math.max(FEW_CORES, Math.ceil(cores / 2)));
  return Math.max(1, Math.min(wanted ?? sensible, cores));
}

type FoundGpu = { readonly gpu: GpuWatch; readonly adapter: string; readonly software: boolean };

async function openGpu(gpu: GPU | undefined, insisted: boolean): Promise<FoundGpu | { readonly missing: string }> {
  if (!gpu) return { missing: 'WebGPU is not available here' };
  const adapter =
    (await gpu.requestAdapter({ powerPreference: 'high-performance' })) ??
    (insisted ? await gpu.requestAdapter({ forceFallbackAdapter: true }) : null);
  if (!adapter) return { missing: 'No WebGPU adapter' };
  const name = adapterName(adapter.info);
  const software = isSoftware(adapter.info);
  if (software && !insisted) return { missing: `The only WebGPU adapter is software (${name})` };
  try {
    const device = await adapter.requestDevice({
      requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
    });
    return { gpu: new GpuWatch(device), adapter: name, software };
  } catch (error) {
    return { missing: `The GPU (${name}) gave no device: ${reasonOf(error)}` };
  }
}

/** Browsers fill in different parts of an adapter's info, and often none. */
function adapterName({ description, vendor, architecture, device }: GPUAdapterInfo): string {
  const parts = [vendor, architecture, device].filter((part) => part !== '').join(' ');
  return description || parts || 'unnamed adapter';
}

function isSoftware(info: GPUAdapterInfo): boolean {
  if (info.isFallbackAdapter) return true;
  return /swiftshader|llvmpipe|lavapipe|basic render/i.test(`${info.architecture} ${info.description} ${info.device}`);
}
