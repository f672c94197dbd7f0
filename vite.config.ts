import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';
import { bundledPackages } from './electron/packaging/bundled-packages.mjs';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('renderer'),
  // Both shells serve the app at an origin's root.
  base: '/',
  publicDir: false,
  plugins: [react(), bundledPackages('renderer', { first: true })],
  // onnxruntime-web's wasm stays a file beside the bundle instead of a string inside it.
  resolve: { conditions: ['onnxruntime-web-use-extern-wasm', ...defaultClientConditions] },
  // Both shells replace this word by a fresh nonce for every page load; the CSP names the same one.
  html: { cspNonce: '__CSP_NONCE__' },
  worker: { format: 'es', plugins: () => [bundledPackages('worker')] },
  build: {
    outDir: here('dist/renderer'),
    emptyOutDir: true,
    target: 'es2023',
    sourcemap: true,
    // Nothing as data: URLs, so that the CSP can stay narrow.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
    rollupOptions: {
      // index.html is the app; engine.html is the blank page of Electron's hidden engine window.
      input: { index: here('renderer/index.html'), engine: here('renderer/engine.html') },
    },
  },
});
