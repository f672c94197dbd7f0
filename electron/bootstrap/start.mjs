#!/usr/bin/env node
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { whyNoWindow } from './find-electron.mjs';
import { obtainElectron } from './obtain-electron.mjs';
import { prepare } from './prepare.mjs';
import { ROOT, say } from './root.mjs';
import { runBuilt } from './run-built.mjs';
import { runCommand } from './run-command.mjs';
import { sortWords } from './start-words.mjs';

// npm names the caller's folder, which is where the paths are meant from, unless another script runs us.
const caller = process.env.npm_lifecycle_event === 'start' ? process.env.INIT_CWD : undefined;
const words = sortWords(process.argv.slice(2), caller ?? process.cwd());

await prepare();
const reason = await openWindow();
if (reason !== null) {
  say(`No window: ${reason}. Serving the app to a browser instead.`);
  if (words.files.length > 0) {
    const names = words.files.map((file) => basename(file)).join(', ');
    say(`Nobody can hand files to a browser from here. Drop on the page: ${names}`);
  }
  process.argv.splice(2, Number.POSITIVE_INFINITY, ...words.serve);
  await runBuilt('serve.js');
}

/**
 * Opens the app's window and stays until it is closed.
 * @returns {Promise<string | null>} why there was no window; null where there was one
 */
async function openWindow() {
  const machine = { platform: process.platform, env: process.env, isRoot: process.getuid?.() === 0 };
  const obstacle = whyNoWindow(machine);
  if (obstacle !== null) return obstacle;
  const electron = await obtainElectron();
  if (typeof electron === 'string') return electron;

  const folder = mkdtempSync(join(tmpdir(), 'cvt-lens-start-'));
  // The app writes this file once its window shows: an Electron that ends before that could not start here.
  const sign = join(folder, 'shown');
  try {
    const { code, interrupted } = await runCommand(electron.executable, [ROOT, ...words.window, ...words.files], {
      cwd: ROOT,
      output: 'inherit',
      env: { ...process.env, CVT_LENS_SHOWN_FILE: sign, ELECTRON_RUN_AS_NODE: undefined },
    });
    if (code !== 0 && !interrupted && !existsSync(sign)) return `Electron could not start (exit code ${code})`;
    process.exitCode = code;
    return null;
  } catch (error) {
    return `Electron could not start (${error instanceof Error ? error.message : error})`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
