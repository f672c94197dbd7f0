import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findElectron, whyNoWindow } from '../../electron/bootstrap/find-electron.mjs';

let root: string;
let electron: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'cvt-lens-electron-'));
  electron = join(root, 'node_modules', 'electron');
  put('package.json', '{"name":"electron","version":"45.4.1"}');
  // Loading the package would start its download: it must never be.
  put('index.js', 'throw new Error("the electron package was loaded");');
  writeFileSync(join(root, 'package.json'), '{}');
});
afterEach(() => rmSync(root, { recursive: true }));

function put(path: string, text: string): void {
  const file = join(electron, path);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text);
}

function putBinary(version: string): void {
  put('path.txt', 'electron');
  put('dist/version', version);
  put('dist/electron', '');
}

describe('the binary', () => {
  test.each(['45.4.1', 'v45.4.1\n'])('is found where its version file says %j', (version) => {
    putBinary(version);
    const executable = join(electron, 'dist', 'electron');
    expect(findElectron(root, {})).toEqual({ kind: 'found', executable, version: '45.4.1' });
  });

  test.each<[string, () => void]>([
    ['nothing was fetched', () => {}],
    ['it is of another version', () => putBinary('44.0.0')],
    [
      'the executable is gone',
      () => {
        putBinary('45.4.1');
        rmSync(join(electron, 'dist', 'electron'));
      },
    ],
    [
      'the download was broken off before path.txt',
      () => {
        putBinary('45.4.1');
        rmSync(join(electron, 'path.txt'));
      },
    ],
  ])('is missing where %s', (_, arrange) => {
    arrange();
    const installer = join(electron, 'install.js');
    expect(findElectron(root, {})).toEqual({ kind: 'missing', installer, version: '45.4.1' });
  });

  test('is absent where the package is', () => {
    rmSync(electron, { recursive: true });
    expect(findElectron(root, {})).toEqual({ kind: 'absent' });
  });

  test('is the one in ELECTRON_OVERRIDE_DIST_PATH, and no other, where that is set', () => {
    putBinary('45.4.1');
    const other = join(root, 'other');
    const env = { ELECTRON_OVERRIDE_DIST_PATH: other };
    expect(findElectron(root, env).kind).toBe('missing');
    mkdirSync(other);
    writeFileSync(join(other, 'electron'), '');
    expect(findElectron(root, env)).toMatchObject({ kind: 'found', executable: join(other, 'electron') });
  });
});

test.each([
  ['linux', {}, false, 'no display'],
  ['linux', { DISPLAY: '' }, false, 'no display'],
  ['linux', { DISPLAY: ':0' }, false, null],
  ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, false, null],
  ['linux', { DISPLAY: ':0' }, true, 'root'],
  ['darwin', {}, false, null],
  ['win32', {}, false, null],
] as const)('a window on %s with %o (root: %s): %s', (platform, env, isRoot, obstacle) => {
  const reason = whyNoWindow({ platform, env, isRoot });
  if (obstacle === null) expect(reason).toBeNull();
  else expect(reason).toContain(obstacle);
});
