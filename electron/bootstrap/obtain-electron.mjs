import { findElectron } from './find-electron.mjs';
import { ROOT, say } from './root.mjs';
import { runCommand } from './run-command.mjs';

/** Long enough for 110 MB over a slow line. */
const DOWNLOAD_LIMIT_MS = 5 * 60_000;

/** Electron, fetched if need be; or why there is none, as the beginning of a sentence. */
export async function obtainElectron() {
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
