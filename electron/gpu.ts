import { join } from 'node:path';
import { app } from 'electron';
import { GpuCrashes } from './engine/gpu-crashes.ts';
import { crashReason, type GpuPolicy, gpuPolicy, MAX_GPU_CRASHES } from './engine/gpu-policy.ts';

export interface GpuState {
  readonly policy: GpuPolicy;
  readonly crashes: GpuCrashes;
}

/** Decides about the GPU for this start and tells Chromium. Before the app is ready. */
export function settleGpu(home: string): GpuState {
  const crashes = new GpuCrashes(
    join(home, 'gpu-crashes.json'),
    `${app.getVersion()} on Electron ${process.versions.electron}`,
  );
  const policy = gpuPolicy({ platform: process.platform, env: process.env, crashes: crashes.count });
  for (const [name, value] of policy.switches) app.commandLine.appendSwitch(name, value);
  if (!policy.hardwareAcceleration) app.disableHardwareAcceleration();
  // Otherwise one lost device keeps WebGPU from the page for good; the crash count is our own limit.
  app.disableDomainBlockingFor3DAPIs();
  return { policy, crashes };
}

/** Counts the GPU process's deaths and calls `tooMany` with the reason once there were too many. */
export function countGpuCrashes({ policy, crashes }: GpuState, tooMany: (reason: string) => void): void {
  // A run on the CPU alone says nothing about the GPU.
  let wasWell = policy.hardwareAcceleration;
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (type !== 'GPU' || reason === 'clean-exit') return;
    wasWell = false;
    crashes.record();
    console.error(`The GPU process ended (${reason}).`);
    if (crashes.count >= MAX_GPU_CRASHES) tooMany(crashReason(crashes.count));
  });
  app.on('will-quit', () => {
    if (wasWell) crashes.forget();
  });
}
