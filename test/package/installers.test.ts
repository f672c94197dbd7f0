import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { findAppRoot } from '../../electron/app-root.ts';
import { CONFIG } from '../../electron/packaging/builder-config.mjs';
import { FILE_KINDS } from '../../electron/packaging/file-kinds.mjs';
import manifest from '../../package.json' with { type: 'json' };

const root = findAppRoot();
const extensions = FILE_KINDS.flatMap((kind) => [...kind.extensions]).sort();

/** electron-builder's own check, which its entry does not export. */
const { validateConfiguration } = z
  .object({ validateConfiguration: z.function({ input: [z.unknown(), z.unknown()], output: z.promise(z.unknown()) }) })
  .parse(createRequire(import.meta.url)('app-builder-lib/out/util/config/config.js'));
const debugLogger = { isEnabled: false, add: () => {} };

test('electron-builder takes the configuration of all three systems', { timeout: 120_000 }, async () => {
  await validateConfiguration({ ...CONFIG }, debugLogger);
  expect(CONFIG.linux?.target).toEqual(['AppImage', 'deb']);
  expect(CONFIG.win?.target).toEqual([{ target: 'nsis', arch: ['x64'] }]);
  expect(CONFIG.mac?.target).toEqual([{ target: 'dmg', arch: ['arm64', 'x64'] }]);
});

test.each([
  ['a word it does not know', { ...CONFIG, notAWord: true }],
  ['a fuse it does not know', { ...CONFIG, electronFuses: { ...CONFIG.electronFuses, notAFuse: true } }],
  ['a value of the wrong type', { ...CONFIG, linux: { ...CONFIG.linux, executableName: ['cvt-lens'] } }],
])('and would refuse %s', async (_, config) => {
  await expect(validateConfiguration(config, debugLogger)).rejects.toThrow(/invalid/i);
});

test('the AppImage’s runtime neither gives up the sandbox everywhere nor needs libfuse2', () => {
  expect(CONFIG.toolsets?.appimage).toBe('1.0.3');
  expect(JSON.stringify(CONFIG)).not.toContain('no-sandbox');
});

test('every file that the configuration names is there', () => {
  const named = [CONFIG.linux?.icon, CONFIG.win?.icon, CONFIG.mac?.icon, CONFIG.nsis?.include];
  for (const file of named) expect.soft(existsSync(join(root, z.string().parse(file))), String(file)).toBe(true);
});

test('checkpoints and pictures are offered for opening everywhere, and none is made ours by default', () => {
  const ofMac = z
    .array(z.object({ ext: z.array(z.string()), rank: z.literal('Alternate'), role: z.literal('Viewer') }))
    .parse(CONFIG.mac?.fileAssociations);
  expect(ofMac.flatMap(({ ext }) => ext).sort()).toEqual(extensions);

  // On Windows and for all systems at once electron-builder would make them ours.
  expect(CONFIG.fileAssociations).toBeUndefined();
  expect(CONFIG.win?.fileAssociations).toBeUndefined();
  const script = readFileSync(join(root, z.string().parse(CONFIG.nsis?.include)), 'utf8');
  const ofWindows = [...script.matchAll(/insertmacro \$\{MACRO\} "(\w+)"/g)].map(([, extension]) => extension);
  expect(ofWindows.sort()).toEqual(extensions);
  expect(script).not.toMatch(/WriteRegStr SHELL_CONTEXT "Software\\Classes\\\.\$\{EXTENSION\}"/);

  const ofLinux = z.array(z.object({ ext: z.string(), mimeType: z.string() })).parse(CONFIG.linux?.fileAssociations);
  expect(ofLinux.map(({ ext }) => ext).sort()).toEqual(['pdparams', 'pt', 'pth', 'safetensors']);
  expect(CONFIG.linux?.mimeTypes).toEqual(
    expect.arrayContaining([
      'image/jpeg',
      'image/png',
      'image/webp',
      'image/gif',
      'image/bmp',
      'image/avif',
      'application/x-hdf',
    ]),
  );
});

test('package.json says what a package needs to say', () => {
  const { description, license, homepage, author, desktopName, main } = manifest;
  expect({ license, desktopName, main }).toEqual({
    license: 'MIT',
    desktopName: `${CONFIG.linux?.executableName}.desktop`,
    main: 'dist/main/main.js',
  });
  for (const text of [description, author]) expect(text.length).toBeGreaterThan(10);
  expect(URL.parse(homepage)?.protocol).toBe('https:');
  expect(manifest.productName).toBe(CONFIG.productName);
});
