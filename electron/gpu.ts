import { join } from 'node:path';
import { app } from 'electron';
import { GpuCrashes } from './engine/gpu-crashes.ts';
import { type GpuActions, GpuKeeper } from './engine/gpu-keeper.ts';
import { type GpuPolicy, gpuPolicy } from './engine/gpu-policy.ts';

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

/** Follows the GPU process's deaths over this run of the app. */
export function keepGpu({ policy, crashes }: GpuState, actions: GpuActions): GpuKeeper {
  const keeper = new GpuKeeper(policy, crashes, actions);
  app.on('child-process-gone', (_event, { type, reason }) => {
    if (type !== 'GPU' || reason === 'clean-exit') return;
    console.error(`The GPU process ended (${reason}).`);
    keeper.crashed();
  });
  app.on('will-quit', () => keeper.quit());
  return keeper;
}
