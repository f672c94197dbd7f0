import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Stopped } from '../electron/bootstrap/install.mjs';
import { ROOT, say } from '../electron/bootstrap/root.mjs';
import { runCommand } from '../electron/bootstrap/run-command.mjs';
import { findChromium } from './find-chromium.mjs';

const LIMIT_MS = 10 * 60_000;

/**
 * A Chromium for the browser tests: one that is there, else Debian's package, else Playwright's download.
 * @returns {Promise<string>} the executable
 */
export async function ensureChromium() {
  const there = await findChromium();
  if (there !== null) return there;
  for (const attempt of [fromDebian, fromPlaywright]) {
    await attempt();
    const found = await findChromium();
    if (found !== null) return found;
  }
  throw new Stopped(
    1,
    'The browser tests need Chromium or Chrome and could not install one. Install it, or name one in CHROME_PATH.',
  );
}

/** On Debian and its kin, where we may install packages. */
async function fromDebian() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) return;
  say('Installing Chromium for the browser tests (apt-get install chromium).');
  await attempt('apt-get', ['update']);
  await attempt('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium']);
}

async function fromPlaywright() {
  say("Fetching Playwright's Chromium for the browser tests.");
  const cli = join(ROOT, 'node_modules', 'playwright-core', 'cli.js');
  await attempt(process.execPath, [cli, 'install', 'chromium']);
}

/**
 * @param {string} command
 * @param {readonly string[]} words
 */
async function attempt(command, words) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code, interrupted } = await runCommand(command, words, {
    cwd: ROOT,
    output: 'stderr',
    env,
    timeoutMs: LIMIT_MS,
  });
  if (interrupted) process.exit(code);
}
