import { reasonOf } from '../../models/errors.ts';
import type { DeviceReport } from '../engine/protocol.ts';
import type { Fact } from '../shell/diagnostics.ts';
import type { GpuStanding } from '../shell/shell.ts';

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
 * Whether the engine has asked for an adapter itself, whatever came of it. On a machine whose GPU process dies asking alone may kill it,
 * and who chose the CPU may have had a reason.
 * @param standing null in a browser, which decides by itself
 */
export function mayAskForAdapter(
  device: Pick<DeviceReport, 'preference'> | null,
  standing: GpuStanding | null,
): boolean {
  return device !== null && device.preference !== 'wasm' && standing?.kind !== 'avoided';
}

/** The GPU's adapter as this page sees it. */
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
    return [{ name: 'WebGPU', value: `asking for an adapter failed: ${reasonOf(error)}` }];
  }
}
