import { describe, expect, test } from 'vitest';
import { holds } from '../../electron/bootstrap/install.mjs';

const LINUX = { platform: 'linux', arch: 'x64' };
const WANTED = {
  '': { version: '0.1.0' },
  'node_modules/a': { version: '1.0.0', integrity: 'sha512-a' },
  'node_modules/b-linux': { version: '2.0.0', integrity: 'sha512-b', optional: true, os: ['linux'], cpu: ['x64'] },
  'node_modules/b-mac': { version: '2.0.0', integrity: 'sha512-c', optional: true, os: ['darwin'], cpu: ['arm64'] },
};
const A = WANTED['node_modules/a'];

describe('what is installed', () => {
  test.each([
    [
      'all that suits this machine',
      { 'node_modules/a': A, 'node_modules/b-linux': WANTED['node_modules/b-linux'] },
      true,
    ],
    ['without an optional package', { 'node_modules/a': A }, true],
    ['nothing', {}, false],
    ['another version', { 'node_modules/a': { ...A, version: '1.0.1' } }, false],
    ['other bytes of the same version', { 'node_modules/a': { ...A, integrity: 'sha512-x' } }, false],
    ['another machine’s packages', { 'node_modules/a': A, 'node_modules/b-mac': WANTED['node_modules/b-mac'] }, false],
    ['a package for all but Windows', { 'node_modules/a': { ...A, os: ['!win32'] } }, true],
    ['a package for all but Linux', { 'node_modules/a': { ...A, os: ['!linux'] } }, false],
  ])('%s', (_, found, enough) => {
    expect(holds(found, WANTED, LINUX)).toBe(enough);
  });
});
