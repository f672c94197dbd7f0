import { defineConfig } from 'rolldown';
import { bundledPackages } from './electron/packaging/bundled-packages.mjs';

export default defineConfig([
  {
    // The desktop app, whole: the packaged app carries no node_modules.
    input: { main: 'electron/main.ts' },
    platform: 'node',
    external: [/^node:/, /^electron(\/|$)/],
    plugins: [bundledPackages('main')],
    output: { dir: 'dist/main', format: 'esm', entryFileNames: '[name].js', sourcemap: true, cleanDir: true },
  },
  {
    // What runs in plain Node, from a working tree: packages stay in node_modules, our own TypeScript becomes a file per entry.
    // A lane is a thread of the command line's: found beside it by its name.
    input: { serve: 'electron/serve/main.ts', cli: 'electron/cli.ts', lane: 'electron/inference/lanes/lane.ts' },
    platform: 'node',
    external: [/^node:/, /^onnxruntime-web/, 'sharp', 'undici', 'zod'],
    output: { dir: 'dist/node', format: 'esm', entryFileNames: '[name].js', sourcemap: true, cleanDir: true },
  },
  preload('preload'),
  preload('engine-preload'),
]);

/**
 * A sandboxed preload script can load nothing but `electron`: no ES modules, no packages, no second file. Each is a build of
 * its own, so that what they share is not split off.
 * @param {string} name
 */
function preload(name) {
  return defineConfig({
    input: { [name]: `electron/preload/${name}.ts` },
    platform: 'node',
    external: ['electron'],
    plugins: [bundledPackages('preload')],
    output: { dir: 'dist/preload', format: 'cjs', entryFileNames: '[name].cjs', sourcemap: true },
  });
}
