import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The working tree. The bootstrap runs from its sources only, never from dist/. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** One line for the user. On stderr: stdout belongs to results. */
export function say(/** @type {string} */ line) {
  process.stderr.write(`${line}\n`);
}
