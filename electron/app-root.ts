import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder that holds package.json, dist/, models/demo and assets: the working tree, or the inside of a packaged app.
 * Searched upwards, because this module runs from electron/ in tests and from dist/main/ or dist/node/ in the app.
 */
export function findAppRoot(from: string = import.meta.dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) throw new Error(`No package.json in ${from} or above it.`);
  }
}

/**
 * Where a file of the app lies on the disk. A packaged app's root is an archive, app.asar, and what is read in parts lies
 * unpacked in a folder beside it (electron/packaging/builder-config.mjs); every other path is its own.
 */
export function unpackedPath(file: string): string {
  const unpacked = file.replace(/([\\/]app\.asar)(?=[\\/])/, '$1.unpacked');
  return unpacked !== file && existsSync(unpacked) ? unpacked : file;
}
