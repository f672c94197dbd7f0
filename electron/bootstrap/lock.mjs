import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT, say } from './root.mjs';

const POLL_MS = 200;

/**
 * Runs `work` while no other process prepares this working tree: two builds at once would delete each other's files.
 * @template Value
 * @param {() => Promise<Value>} work
 * @returns {Promise<Value>}
 */
export async function alone(work) {
  // Outside the tree, because both node_modules and dist may be removed by what is done meanwhile.
  const file = join(tmpdir(), `cvt-lens-${createHash('sha256').update(ROOT).digest('hex').slice(0, 16)}.lock`);
  for (let waited = false; !take(file); waited = true) {
    if (!waited) say('Waiting for another CvT Lens command that is installing or building.');
    await sleep(POLL_MS);
  }
  const release = () => rmSync(file, { force: true });
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

/** @param {string} file */
function take(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    if (isHeld(file)) return false;
    // Whoever held it is gone. Should two see that at once, one of them wins the next try.
    rmSync(file, { force: true });
    return take(file);
  }
}

/** @param {string} file */
function isHeld(file) {
  try {
    const holder = Number(readFileSync(file, 'utf8'));
    // Empty: it is being written this very moment.
    if (holder === 0) return true;
    process.kill(holder, 0);
    return true;
  } catch (error) {
    // A process of another user is there too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
