import type { Fact } from '../shell/diagnostics.ts';

/** Of the many limits, those that decide what a network may be. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxStorageBuffersPerShaderStage',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

type Gpu = Pick<GPU, 'requestAdapter'>;

/**
 * The GPU's adapter as this page sees it. Only to be asked where the engine uses the GPU: on a machine whose GPU process dies, asking
 * alone may kill it.
 */
export async function adapterFacts(gpu: Gpu | undefined): Promise<readonly Fact[]> {
  if (gpu === undefined) return [{ name: 'WebGPU', value: 'not in this browser' }];
  try {
    const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return [{ name: 'WebGPU', value: 'no adapter' }];
    const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
    const name = [vendor, architecture, device, description].filter((part) => part !== '').join(' · ');
    return [
      { name: 'Adapter', value: `${name || 'unnamed'}${isFallbackAdapter ? ' (software)' : ''}` },
      { name: 'Features', value: [...adapter.features].sort().join(', ') || 'none' },
      { name: 'Limits', value: LIMITS.map((limit) => `${limit} ${adapter.limits[limit]}`).join(', ') },
    ];
  } catch (error) {
    return [
      { name: 'WebGPU', value: `asking for an adapter failed: ${error instanceof Error ? error.message : error}` },
    ];
  }
}
