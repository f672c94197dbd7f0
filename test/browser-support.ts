import { type Browser, chromium } from 'playwright-core';
import { findChromium } from './find-chromium.mjs';

export interface ChromiumOptions {
  /** A real WebGPU adapter drawn by the CPU (SwiftShader): right for correctness, useless for speed. */
  readonly webgpu: boolean;
  /** Further switches. */
  readonly args?: readonly string[];
}

const QUIET = [
  // Tests run as root in containers, where Chromium's own sandbox cannot start.
  '--no-sandbox',
  // Nothing but what the test asks for reaches the network.
  '--disable-background-networking',
  '--disable-quic',
  '--no-first-run',
  '--disable-component-update',
  '--disable-sync',
];

const SWIFTSHADER = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'];

/** Starts the Chromium that test/run.mjs found (or, alone, the one on the machine). The caller closes it. */
export async function launchChromium({ webgpu, args = [] }: ChromiumOptions): Promise<Browser> {
  const executablePath = await findChromium();
  if (executablePath === null)
    throw new Error('No Chromium or Chrome here. Run `npm test`, which installs one, or set CHROME_PATH.');
  return chromium.launch({
    executablePath,
    // Playwright asks for `--headless`, which older Chromiums take for the old mode, and that has no WebGPU.
    ignoreDefaultArgs: ['--headless'],
    args: ['--headless=new', ...QUIET, ...(webgpu ? SWIFTSHADER : []), ...args],
  });
}
