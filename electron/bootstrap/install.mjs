import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ROOT, say } from './root.mjs';
import { runCommand } from './run-command.mjs';

/**
 * @typedef {object} LockedPackage
 * @property {string} [version]
 * @property {string} [integrity]
 * @property {boolean} [optional]
 * @property {boolean} [devOptional]
 * @property {readonly string[]} [os]
 * @property {readonly string[]} [cpu]
 */

/** @typedef {Readonly<Record<string, LockedPackage>>} Packages by their folder, as in package-lock.json */

/**
 * Whether node_modules holds what package-lock.json names. npm leaves its own record of what it installed in
 * node_modules/.package-lock.json, written last, so a broken-off install does not count.
 * @param {string} root
 */
export function isInstalled(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  if (wanted === null) throw new Error(`${join(root, 'package-lock.json')} is missing or damaged. Check it out again.`);
  const found = readPackages(join(root, 'node_modules', '.package-lock.json'));
  return found !== null && holds(found, wanted, process);
}

/**
 * @param {Packages} found
 * @param {Packages} wanted
 * @param {{ readonly platform: string, readonly arch: string }} machine
 */
export function holds(found, wanted, machine) {
  for (const [folder, { version, integrity, optional, devOptional }] of Object.entries(wanted)) {
    if (folder === '') continue;
    const there = found[folder];
    // npm leaves out optional packages that are for other machines.
    if (there === undefined && (optional || devOptional)) continue;
    if (there?.version !== version || (integrity !== undefined && there?.integrity !== integrity)) return false;
  }
  // A folder copied from another machine holds the binaries of that machine.
  return Object.values(found).every(({ os, cpu }) => suits(os, machine.platform) && suits(cpu, machine.arch));
}

/**
 * npm's rule for `os` and `cpu`: a list of what suits, or of what does not, with `!` before it.
 * @param {readonly string[] | undefined} list
 * @param {string} value
 */
function suits(list, value) {
  if (list === undefined || list.includes(value)) return true;
  return list.every((entry) => entry.startsWith('!')) && !list.includes(`!${value}`);
}

/**
 * @param {string} file
 * @returns {Packages | null}
 */
function readPackages(file) {
  try {
    const lock = JSON.parse(readFileSync(file, 'utf8'));
    return typeof lock.packages === 'object' ? lock.packages : null;
  } catch {
    return null;
  }
}

/** Installs the packages of package-lock.json where they are not. @returns {Promise<void>} */
export async function ensureInstalled() {
  if (isInstalled(ROOT)) return;
  say('Installing the packages of package-lock.json (npm ci); this happens once and takes a minute or two.');
  const [command, ...words] = npmCommand();
  // `dev`: the build tools are needed even where NODE_ENV is production.
  const options = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, interrupted } = await runCommand(command, [...words, ...options], { cwd: ROOT, output: 'stderr' });
  if (interrupted) throw new Stopped(code, 'The installation was ended; the next start does it anew.');
  if (code !== 0) throw new Stopped(code, 'npm ci failed; its message stands above. Is the npm registry reachable?');
}

/**
 * How to run the npm that runs us, or the one on the PATH.
 * @returns {[string, ...string[]]}
 */
export function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && basename(script) === 'npm-cli.js') return [process.execPath, script];
  // npm is a batch file on Windows, which only a shell can run.
  return process.platform === 'win32' ? ['cmd.exe', '/d', '/s', '/c', 'npm'] : ['npm'];
}

/** Preparing cannot go on; the message says why and `code` is what to exit with. */
export class Stopped extends Error {
  /**
   * @param {number} code
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}
