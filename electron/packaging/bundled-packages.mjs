import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { ROOT } from '../bootstrap/root.mjs';

/** Each bundle's list lies here until write-notices.mjs, the build's last step, has read it. */
export const BUNDLED = join(ROOT, 'dist', '.bundled');

/**
 * A plugin for Vite and rolldown that writes down which npm packages went into a bundle: modules, style sheets and the files
 * that they name. It asks the bundler itself, so a package counts however it got in.
 * @param {string} part of the app, for the list's name
 * @param {{ readonly first?: boolean }} [options] whether it is the first of a build, which clears away what was left: tests
 *   bundle parts too, and builds break off
 * @returns {import('rolldown').Plugin}
 */
export function bundledPackages(part, { first = false } = {}) {
  return {
    name: 'bundled-packages',
    buildStart() {
      if (first) rmSync(BUNDLED, { recursive: true, force: true });
    },
    generateBundle(_options, bundle) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      // Style sheets and the files they name are in no chunk; scripts that are in none were left out of the bundle.
      const others = [...this.getModuleIds()].filter((id) => !/\.[cm]?[jt]sx?$/.test(id));
      const ids = [...chunks.flatMap(({ moduleIds }) => moduleIds), ...others];
      const folders = new Set(ids.flatMap((id) => packageFolder(id) ?? []));
      const entries = chunks.flatMap(({ isEntry, name }) => (isEntry ? name : []));
      mkdirSync(BUNDLED, { recursive: true });
      writeFileSync(join(BUNDLED, `${[part, ...entries].join('-')}.json`), JSON.stringify([...folders].sort()));
    },
  };
}

/**
 * The folder of the package that a module lies in, relative to the working tree with forward slashes, as package-lock.json
 * names it; null for our own modules and for the bundler's.
 * @param {string} id
 */
export function packageFolder(id) {
  const path = id.replace(/^\0+/, '').replace(/[?#].*$/s, '');
  const within = relative(ROOT, path).split(sep).join('/');
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(within)?.[0] ?? null;
}

/**
 * @param {string} folder
 * @returns {{ readonly name: string, readonly version: string, readonly license?: string }}
 */
export function readManifest(folder) {
  return JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8'));
}
