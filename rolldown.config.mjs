import { defineConfig } from 'rolldown';

// What runs in Node: packages stay in node_modules, our own TypeScript becomes one file per entry.
const external = [/^node:/, /^electron(\/|$)/, /^onnxruntime-web/, 'sharp', 'zod'];

export default defineConfig([
  {
    input: { main: 'electron/main.ts', serve: 'electron/serve/main.ts', cli: 'electron/cli.ts' },
    platform: 'node',
    external,
    output: { dir: 'dist/node', format: 'esm', entryFileNames: '[name].js', sourcemap: true, cleanDir: true },
  },
  {
    // A sandboxed preload script cannot load ES modules or packages.
    input: { preload: 'electron/preload/preload.ts', 'engine-preload': 'electron/preload/engine-preload.ts' },
    platform: 'node',
    external: ['electron'],
    output: { dir: 'dist/preload', format: 'cjs', entryFileNames: '[name].cjs', sourcemap: true, cleanDir: true },
  },
]);
