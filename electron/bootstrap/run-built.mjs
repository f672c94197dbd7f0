import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from './root.mjs';

/**
 * Runs a program of dist/node in this very process, so that signals, streams and exit codes need no passing on. It reads
 * its arguments from process.argv.
 * @param {'serve.js' | 'cli.js'} name
 */
export async function runBuilt(name) {
  await import(pathToFileURL(join(ROOT, 'dist', 'node', name)).href);
}
