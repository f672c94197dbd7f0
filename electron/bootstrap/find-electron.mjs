import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ROOT } from './root.mjs';

/**
 * @typedef {{ readonly kind: 'found', readonly executable: string, readonly version: string }} FoundElectron
 * @typedef {{ readonly kind: 'missing', readonly installer: string, readonly version: string }} MissingElectron
 * @typedef {{ readonly kind: 'absent' }} AbsentElectron not even the package is there
 */

/**
 * Whether Electron's binary is there. The package itself must not be loaded for that: since Electron 42 loading it starts
 * the download. These are the checks of its own install.js.
 * @param {string} [root]
 * @param {Readonly<Record<string, string | undefined>>} [env]
 * @returns {FoundElectron | MissingElectron | AbsentElectron}
 */
export function findElectron(root = ROOT, env = process.env) {
  const folder = packageFolder(root);
  if (folder === null) return { kind: 'absent' };
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const override = env.ELECTRON_OVERRIDE_DIST_PATH;
  const inDist = readText(join(folder, 'path.txt'));
  // A folder the user names counts as it is: distributions put their own Electron there.
  if (override) {
    const executable = join(override, inDist ?? defaultExecutable(process.platform));
    if (existsSync(executable)) return { kind: 'found', executable, version };
  } else if (inDist !== null && readText(join(folder, 'dist', 'version'))?.replace(/^v/, '') === version) {
    const executable = join(folder, 'dist', inDist);
    if (existsSync(executable)) return { kind: 'found', executable, version };
  }
  return { kind: 'missing', installer: join(folder, 'install.js'), version };
}

/**
 * Why no window can be opened on this machine, as the end of a sentence; null where one can.
 * @param {{ readonly platform: string, readonly env: Readonly<Record<string, string | undefined>>, readonly isRoot: boolean }} machine
 */
export function whyNoWindow({ platform, env, isRoot }) {
  if (platform === 'win32' || platform === 'darwin') return null;
  if (!env.DISPLAY && !env.WAYLAND_DISPLAY)
    return 'there is no display here (neither DISPLAY nor WAYLAND_DISPLAY is set)';
  return isRoot ? 'Electron keeps its sandbox, which does not work for root' : null;
}

/** @param {string} root */
function packageFolder(root) {
  try {
    return dirname(createRequire(join(root, 'package.json')).resolve('electron/package.json'));
  } catch {
    return null;
  }
}

/** @param {NodeJS.Platform} platform */
function defaultExecutable(platform) {
  if (platform === 'darwin') return join('Electron.app', 'Contents', 'MacOS', 'Electron');
  return platform === 'win32' ? 'electron.exe' : 'electron';
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}
