import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder that holds package.json, dist/, models/demo and assets: the working tree, or the inside of a packaged app.
 * Searched upwards, because this module runs from electron/ in tests and from dist/node/ in the app.
 */
export function findAppRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new Error(`No package.json in ${from} or above it.`);
  }
}
