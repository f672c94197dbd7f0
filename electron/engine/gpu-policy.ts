/** After so many deaths of the GPU process the next start does without it. */
export const MAX_GPU_CRASHES = 3;

export interface GpuSurroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Across starts. */
  readonly crashes: number;
}

export interface GpuPolicy {
  readonly hardwareAcceleration: boolean;
  /** Chromium switches, each a name and perhaps a value. */
  readonly switches: readonly (readonly [name: string, value?: string])[];
  /** A sentence that says why WebGPU must not be tried; null: it may. */
  readonly avoidWebgpu: string | null;
  /** That is because it died too often, so that the user may try it again. */
  readonly avoidedForCrashes: boolean;
}

/**
 * What this start does about the GPU. CVT_LENS_GPU=off does without it, =on tries it whatever happened before;
 * CVT_LENS_LINUX_WEBGPU=off leaves Chromium's own choices on Linux as they are.
 */
export function gpuPolicy({ platform, env, crashes }: GpuSurroundings): GpuPolicy {
  if (env.CVT_LENS_GPU === 'off') return without('CVT_LENS_GPU=off keeps the app off the GPU.', false);
  if (crashes >= MAX_GPU_CRASHES && env.CVT_LENS_GPU !== 'on') return without(crashReason(crashes), true);
  return {
    hardwareAcceleration: true,
    switches: webgpuSwitches(platform, env),
    avoidWebgpu: null,
    avoidedForCrashes: false,
  };
}

export function crashReason(crashes: number): string {
  return `The GPU process ended ${crashes} times, so the CPU is used.`;
}

function without(reason: string, avoidedForCrashes: boolean): GpuPolicy {
  return { hardwareAcceleration: false, switches: [], avoidWebgpu: reason, avoidedForCrashes };
}

/**
 * Chromium has WebGPU on Linux behind switches. It needs Vulkan, and with Vulkan on Wayland no window appears: hence X11,
 * and nothing at all where there is no X server.
 */
function webgpuSwitches(platform: NodeJS.Platform, env: GpuSurroundings['env']): GpuPolicy['switches'] {
  if (platform !== 'linux' || !env.DISPLAY || env.CVT_LENS_LINUX_WEBGPU === 'off') return [];
  return [
    ['enable-unsafe-webgpu'],
    ['ozone-platform', 'x11'],
    ['use-angle', 'vulkan'],
    ['enable-features', 'Vulkan,VulkanFromANGLE'],
  ];
}
