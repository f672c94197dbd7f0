import { app } from 'electron';
import type { Fact } from '../../renderer/shell/diagnostics.ts';
import type { GpuState } from '../gpu.ts';

/** What Chromium made of the GPU, and of its own sandbox, in this start; for the diagnostics. */
export function chromiumFacts({ policy, crashes }: GpuState): readonly Fact[] {
  const features = Object.entries(app.getGPUFeatureStatus()).map(([name, standing]) => `${name} ${standing}`);
  const switches = policy.switches.map(([name, value]) => (value === undefined ? name : `${name}=${value}`));
  return [
    { name: 'GPU at the start', value: policy.avoidWebgpu ?? 'used' },
    { name: 'GPU process crashes', value: String(crashes.count) },
    { name: 'Chromium’s GPU features', value: features.join(', ') || 'unknown' },
    // An AppImage turns it off by itself where the system allows programs no sandbox of their own.
    { name: 'Sandbox', value: app.commandLine.hasSwitch('no-sandbox') ? 'off, by --no-sandbox' : 'on' },
    { name: 'Switches', value: switches.join(' ') || 'none' },
  ];
}
