import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprintOf, isBuilt } from '../../electron/bootstrap/build.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cvt-lens-build-'));
  put('renderer/index.html', '<!doctype html>');
  put('electron/main.ts', 'run();');
  put('package.json', '{}');
  const shells = ['main/main.js', 'node/serve.js', 'node/cli.js', 'node/lane.js', 'preload/preload.cjs'];
  for (const product of ['renderer/index.html', 'renderer/notices.json', ...shells]) put(`dist/${product}`, '');
  put('dist/.built-from', fingerprintOf(root));
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), text);
}

test('a build of these very sources is fresh, whenever they were written', () => {
  utimesSync(join(root, 'electron/main.ts'), new Date(), new Date());
  expect(isBuilt(root)).toBe(true);
});

test.each<[string, () => void]>([
  ['a source changed', () => put('electron/main.ts', 'stop();')],
  ['a source was added', () => put('renderer/ui/button.tsx', '')],
  [
    'a source was renamed',
    () => {
      rmSync(join(root, 'electron/main.ts'));
      put('electron/other.ts', 'run();');
    },
  ],
  [
    'text moved from one file to the next',
    () => {
      put('electron/main.ts', 'run(');
      put('package.json', ');{}');
    },
  ],
  ['a product is gone', () => rmSync(join(root, 'dist/node/cli.js'))],
  ['the stamp is gone', () => rmSync(join(root, 'dist/.built-from'))],
])('it is stale where %s', (_, change) => {
  change();
  expect(isBuilt(root)).toBe(false);
});

test('tests are no sources', () => {
  put('test/some.test.ts', '');
  expect(isBuilt(root)).toBe(true);
});
