import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findElectron, whyNoWindow } from './find-electron.mjs';
import { prepare } from './prepare.mjs';
import { ROOT, say } from './root.mjs';
import { runBuilt } from './run-built.mjs';
import { runCommand } from './run-command.mjs';

/** Long enough for 110 MB over a slow line. */
const DOWNLOAD_LIMIT_MS = 5 * 60_000;

await prepare();
const reason = await openWindow();
if (reason !== null) {
  say(`No window: ${reason}. Serving the app to a browser instead.`);
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
    const { code, interrupted } = await runCommand(electron.executable, [ROOT, ...process.argv.slice(2)], {
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

/** Electron, fetched if need be; or why there is none. */
async function obtainElectron() {
  const before = findElectron();
  if (before.kind === 'found') return before;
  if (before.kind === 'absent') return 'the electron package is not installed';
  say(`Fetching Electron ${before.version} (about 110 MB); this happens once.`);
  const { code, timedOut, interrupted } = await runCommand(process.execPath, [before.installer], {
    cwd: ROOT,
    output: 'stderr',
    timeoutMs: DOWNLOAD_LIMIT_MS,
  });
  if (interrupted) process.exit(code);
  if (timedOut) return `Electron ${before.version} was not fetched within ${DOWNLOAD_LIMIT_MS / 60_000} minutes`;
  const after = findElectron();
  return after.kind === 'found' ? after : `Electron ${before.version} could not be fetched`;
}
