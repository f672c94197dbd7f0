import { app } from 'electron';
import type { Fact } from '../../renderer/shell/diagnostics.ts';
import type { GpuState } from '../gpu.ts';

/** What Chromium made of the GPU in this start, for the diagnostics. */
export function gpuFacts({ policy, crashes }: GpuState): readonly Fact[] {
  const features = Object.entries(app.getGPUFeatureStatus()).map(([name, standing]) => `${name} ${standing}`);
  const switches = policy.switches.map(([name, value]) => (value === undefined ? name : `${name}=${value}`));
  return [
    { name: 'GPU at the start', value: policy.avoidWebgpu ?? 'used' },
    { name: 'GPU process crashes', value: String(crashes.count) },
    { name: 'Chromium’s GPU features', value: features.join(', ') || 'unknown' },
    { name: 'Switches', value: switches.join(' ') || 'none' },
  ];
}
