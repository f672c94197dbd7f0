import { defineConfig } from 'rolldown';

// What runs in Node: packages stay in node_modules, our own TypeScript becomes one file per entry.
const external = [/^node:/, /^electron(\/|$)/, /^onnxruntime-web/, 'sharp', 'undici', 'zod'];

export default defineConfig([
  {
    input: { main: 'electron/main.ts', serve: 'electron/serve/main.ts', cli: 'electron/cli.ts' },
    platform: 'node',
    external,
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
    output: { dir: 'dist/preload', format: 'cjs', entryFileNames: '[name].cjs', sourcemap: true },
  });
}
