import { isAbsolute, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { ROOT } from '../../electron/bootstrap/root.mjs';

/**
 * `npm run bench`. The bench is TypeScript like the rest: bundled as the app's own Node programs are, into dist/bench, and run in
 * this very process, which reads its arguments.
 */
const folder = join(ROOT, 'dist', 'bench');
const bundle = await rolldown({
  cwd: ROOT,
  // A lane is found beside the program that starts it.
  input: {
    main: 'test/bench/main.ts',
    'measure-line': 'test/bench/measure-line.ts',
    lane: 'electron/inference/lanes/lane.ts',
  },
  platform: 'node',
  // Packages stay in node_modules.
  external: (id) => !id.startsWith('.') && !isAbsolute(id),
  plugins: [{ name: 'where-sources-are', transform: replaceImportMetaUrl }],
});
await bundle.write({
  dir: folder,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: '[name]-[hash].js',
  sourcemap: true,
  cleanDir: true,
});
await bundle.close();
await import(pathToFileURL(join(folder, 'main.js')).href);

/**
 * Fixtures are found from the file that reads them, which must be its source, not the bundle.
 * @param {string} code
 * @param {string} id
 */
function replaceImportMetaUrl(code, id) {
  if (!code.includes('import.meta.url')) return null;
  return { code: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)), map: null };
}
