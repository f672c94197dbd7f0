import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { npmCommand, Stopped } from './install.mjs';
import { ROOT, say } from './root.mjs';
import { runCommand } from './run-command.mjs';

/** All that the build reads. Content counts, not dates: a checkout or a copy changes those. */
const SOURCES = [
  'electron',
  'renderer',
  'models',
  'assets',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  'rolldown.config.mjs',
];

/** One file of each part of the build; without them the stamp alone means nothing. */
const PRODUCTS = [
  'renderer/index.html',
  'renderer/notices.json',
  'main/main.js',
  'node/serve.js',
  'node/cli.js',
  'node/lane.js',
  'preload/preload.cjs',
];

/** Builds dist/ where it is missing or was built from other sources. @returns {Promise<void>} */
export async function ensureBuilt() {
  if (!isBuilt(ROOT)) await build();
}

/** Builds dist/. @returns {Promise<void>} */
export async function build() {
  say('Building the app into dist/.');
  // Taken first: what is edited while the build runs makes it stale.
  const fingerprint = fingerprintOf(ROOT);
  const [command, ...words] = npmCommand();
  // Whatever starts the build (vitest sets NODE_ENV to `test`), what is built is what ships.
  const env = { ...process.env, NODE_ENV: 'production' };
  const result = await runCommand(command, [...words, 'run', 'build'], { cwd: ROOT, output: 'quiet', env });
  if (result.code !== 0) {
    process.stderr.write(result.text);
    throw new Stopped(result.code, result.interrupted ? 'The build was ended.' : 'The build failed; see above.');
  }
  mkdirSync(join(ROOT, 'dist'), { recursive: true });
  writeFileSync(stampOf(ROOT), fingerprint);
}

/** @param {string} root */
export function isBuilt(root) {
  const stamp = stampOf(root);
  return (
    PRODUCTS.every((product) => existsSync(join(root, 'dist', product))) &&
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === fingerprintOf(root)
  );
}

/** @param {string} root */
function stampOf(root) {
  return join(root, 'dist', '.built-from');
}

/**
 * A digest of the names and contents of all sources.
 * @param {string} root
 */
export function fingerprintOf(root) {
  const hash = createHash('sha256');
  for (const source of SOURCES) {
    for (const file of filesOf(root, source)) {
      const bytes = readFileSync(join(root, file));
      hash.update(`${file}\0${bytes.byteLength}\0`).update(bytes);
    }
  }
  return hash.digest('hex');
}

/**
 * Paths below `root` with forward slashes, in a fixed order.
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
function filesOf(root, path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  try {
    return readdirSync(full, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .flatMap((entry) => (entry.isDirectory() ? filesOf(root, `${path}/${entry.name}`) : [`${path}/${entry.name}`]));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path];
    throw error;
  }
}
