import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { ensureBuilt } from '../../../electron/bootstrap/build.mjs';
import { alone } from '../../../electron/bootstrap/lock.mjs';
import { ROOT } from '../../../electron/bootstrap/root.mjs';
import { launchChromium } from '../../browser-support.ts';
import { figure } from '../compare.ts';
import type { BenchLine } from '../line.ts';

/** From `npm run serve` on a built tree to a page that answers, and on to the demo in the engine; and what a page is made of. */
export const line: BenchLine = {
  title: 'Start, served to Chromium, the demo on WASM',
  settings: [''],
  async measure({ rounds, isShort }) {
    await alone(ensureBuilt);
    const browser = await launchChromium({ webgpu: false });
    const servers: number[] = [];
    const windows: number[] = [];
    const engines: number[] = [];
    try {
      // A start takes 4 seconds.
      const { warmUp, counted } = isShort ? { warmUp: 1, counted: 3 } : rounds;
      for (let round = 0; round < warmUp + counted; round++) {
        const { server, window, engine } = await startOnce(browser);
        if (round < warmUp) continue;
        servers.push(server);
        windows.push(window);
        engines.push(engine);
      }
    } finally {
      await browser.close();
    }
    const note = 'a fresh profile each time, so nothing is in the browser’s cache';
    return [
      figure({ name: 'program to address' }, 'ms', servers),
      figure({ name: 'address to a page that takes pictures', note }, 'ms', windows),
      figure({ name: 'address to the model in the engine' }, 'ms', engines),
      ...sizes(),
    ];
  },
};

async function startOnce(browser: Browser) {
  const home = mkdtempSync(join(tmpdir(), 'cvt-lens-bench-'));
  const began = performance.now();
  const script = join(ROOT, 'electron', 'bootstrap', 'serve.mjs');
  const child = spawn(process.execPath, [script, '--port', '0', '--no-open'], {
    env: { ...process.env, CVT_LENS_HOME: home },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const { value: address, done } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    if (done) throw new Error('The server ended without an address.');
    const served = performance.now();
    const page = await context.newPage();
    await page.goto(address, { waitUntil: 'commit' });
    await page.getByRole('button', { name: 'Add', exact: true }).waitFor();
    // Interactive: an event is heard, and the frame after it drawn.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    const shown = performance.now();
    await page.getByRole('button', { name: /^Stage 1:/ }).waitFor({ timeout: 120_000 });
    const ready = performance.now();
    return { server: served - began, window: shown - served, engine: ready - served };
  } finally {
    await context.close();
    await end(child);
    rmSync(home, { recursive: true, force: true });
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** What the first screen asks for, by the names in its HTML; and what comes later. */
function sizes() {
  const folder = join(ROOT, 'dist', 'renderer');
  const first = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = readdirSync(join(folder, 'assets')).map((name) => ({ name, isFirst: first.includes(name) }));
  const weigh = (name: string, which: (file: { name: string; isFirst: boolean }) => boolean) => {
    const contents = files.filter(which).map((file) => readFileSync(join(folder, 'assets', file.name)));
    const kilobytes = (sum: number) => Math.round(sum / 100) / 10;
    const plain = kilobytes(contents.reduce((sum, { length }) => sum + length, 0));
    const zipped = kilobytes(contents.reduce((sum, content) => sum + gzipSync(content).length, 0));
    return figure({ name, note: `${zipped} kB with gzip` }, 'kB', [plain]);
  };
  return [
    weigh('JavaScript of the first screen', ({ name, isFirst }) => isFirst && name.endsWith('.js')),
    weigh('JavaScript in all', ({ name }) => /\.m?js$/.test(name)),
    weigh('styles of the first screen', ({ name, isFirst }) => isFirst && name.endsWith('.css')),
    weigh('the runtime, CPU only', ({ name }) => /^ort-wasm-simd-threaded-[^.]*\.wasm$/.test(name)),
    weigh('the runtime, WebGPU', ({ name }) => /^ort-wasm-simd-threaded\.jspi.*\.wasm$/.test(name)),
  ];
}
