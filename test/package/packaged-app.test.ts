import { createHash } from 'node:crypto';
import { cpSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join, relative, sep } from 'node:path';
import { extractAll, extractFile, listPackage, statFile } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findAppRoot, unpackedPath } from '../../electron/app-root.ts';
import { answerAsset } from '../../electron/protocol/answer.ts';
import { assetFolders, DEMO_PATH, listAssets } from '../../electron/protocol/assets.ts';
import { chooseBuild } from '../../renderer/engine/worker/choose-build.ts';
import { type PackagedApp, packageOnStandIn } from './packaged-app.ts';

/** What the app may weigh beside Electron, in bytes: now 4.5 MB packed, and 16.8 MB of wasm with 4 MB of weights unpacked. */
const ARCHIVE_BUDGET = 6e6;
const UNPACKED_BUDGET = 24e6;

/** States of a fuse, as they stand in the executable. */
const OFF = '0'.charCodeAt(0);
const ON = '1'.charCodeAt(0);

const root = findAppRoot();
const UNPACKED = /\.(?:wasm|safetensors)$/;

let app: PackagedApp;
/** Files in the archive, with forward slashes. */
let packed: readonly string[];

// electron-builder packs for Linux on Linux; what is in the archive is the same everywhere.
describe.runIf(process.platform === 'linux')('the packaged app', () => {
  beforeAll(async () => {
    app = await packageOnStandIn();
    packed = listPackage(app.archive, { isPack: false })
      .map((path) => path.slice(1).split(sep).join('/'))
      .filter((path) => !('files' in statFile(app.archive, path)));
  }, 300_000);
  afterAll(() => app?.remove());

  test('asks nothing of the network while it is made', () => {
    expect(app.asked).toBe('');
  });

  test('holds all that the app opens, and nothing else', () => {
    const rendered = filesBelow('dist/renderer').filter(
      (file) => !/\.map$|ort-wasm-simd-threaded[-.](?!jspi)|ort\.(?!jspi)/.test(file),
    );
    const wanted = [
      'package.json',
      'dist/main/main.js',
      'dist/preload/preload.cjs',
      'dist/preload/engine-preload.cjs',
      ...rendered,
      'models/demo/cvt-demo.safetensors',
      'models/demo/spec.json',
      'models/demo/labels.json',
      'assets/imagenet1k-classes.json',
      'assets/samples.json',
      ...filesBelow('assets/samples'),
      'assets/icons/png/512.png',
    ];
    expect(rendered).toEqual(
      expect.arrayContaining(['dist/renderer/index.html', 'dist/renderer/engine.html', 'dist/renderer/notices.json']),
    );
    expect([...packed].sort()).toEqual(wanted.sort());
  });

  test('holds no sources, tests, source maps or packages of others', () => {
    const stray =
      /node_modules|\.(?:map|tsx?|md)$|(?:^|\/)(?:test|electron|renderer\/(?!assets|\w+\.(?:html|json)$))\/|\.test\.|LICENSE$/;
    expect(packed.filter((path) => stray.test(path.replace('dist/renderer/', 'renderer/')))).toEqual([]);
    const manifest = JSON.parse(textOf('package.json'));
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).toMatchObject({ name: 'cvt-lens', main: 'dist/main/main.js', desktopName: 'cvt-lens.desktop' });
  });

  test('has a main script that needs Node and Electron alone', () => {
    const names = [
      ...textOf('dist/main/main.js').matchAll(
        /^(?:import|export) .*?from "([^"]+)";$|\b(?:__)?require\("([^"]+)"\)|\bimport\("([^"]+)"\)/gm,
      ),
    ].map(([, imported, required, loaded]) => imported ?? required ?? loaded ?? '');
    expect(names).toContain('electron');
    expect(
      [...new Set(names)].filter((name) => name !== 'electron' && !name.startsWith('node:') && !isBuiltin(name)),
    ).toEqual([]);
  });

  test('carries the one build of onnxruntime that Electron loads, and loads no other', () => {
    const builds = [true, false].map((needsWebgpu) => chooseBuild({ jspi: true, needsWebgpu }));
    expect([...new Set(builds)]).toEqual(['jspi']);
    const runtimes = packed.flatMap(
      (path) => /ort-wasm-simd-threaded(.*)-[\w-]{8}\.(wasm|mjs)$/.exec(path)?.slice(1, 3).join(' ') ?? [],
    );
    expect(runtimes.sort()).toEqual(['.jspi mjs', '.jspi wasm']);
  });

  test('keeps wasm and weights outside of the archive, and the rest inside', () => {
    const unpacked = packed.filter((path) => {
      const entry = statFile(app.archive, path);
      return 'unpacked' in entry && entry.unpacked;
    });
    expect(unpacked).toEqual(packed.filter((path) => UNPACKED.test(path)));
    expect(unpacked).toHaveLength(2);
    for (const path of unpacked)
      expect(statSync(join(`${app.archive}.unpacked`, path)).size).toBe(statSync(join(root, path)).size);
  });

  test('stays within its budget', () => {
    expect(statSync(app.archive).size).toBeLessThan(ARCHIVE_BUDGET);
    const unpacked = readdirSync(`${app.archive}.unpacked`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    expect(unpacked.reduce((sum, size) => sum + size, 0)).toBeLessThan(UNPACKED_BUDGET);
  });

  test('names the checksum of each of its files', () => {
    for (const path of packed) {
      const entry = statFile(app.archive, path);
      const hash = createHash('sha256').update(extractFile(app.archive, path)).digest('hex');
      expect.soft('integrity' in entry && entry.integrity, path).toMatchObject({ algorithm: 'SHA256', hash });
    }
  });

  test('has its fuses set', async () => {
    const { version, ...wire } = await getCurrentFuseWire(app.executable);
    expect(version).toBe('1');
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: OFF,
      [FuseV1Options.EnableCookieEncryption]: OFF,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: OFF,
      [FuseV1Options.EnableNodeCliInspectArguments]: OFF,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: ON,
      [FuseV1Options.OnlyLoadAppFromAsar]: ON,
      [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: OFF,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: OFF,
    });
  });

  test('brings all licences, and neither Electron’s own app nor other languages', () => {
    expect(readdirSync(app.folder).sort()).toEqual(
      ['LICENSE.electron.txt', 'LICENSES.chromium.html', 'cvt-lens', 'locales', 'resources', 'version'].sort(),
    );
    expect(readdirSync(join(app.folder, 'locales'))).toEqual(['en-US.pak']);
    expect(readdirSync(join(app.folder, 'resources')).sort()).toEqual([
      'LICENSE.txt',
      'NOTICES.txt',
      'app.asar',
      'app.asar.unpacked',
    ]);
    expect(readFileSync(join(app.folder, 'resources', 'NOTICES.txt'), 'utf8')).toContain('onnxruntime-web');
  });

  describe('serves its pages', () => {
    let archive: string;

    // To Electron an archive is a folder that also lists what lies beside it. Here it is one, and what lies beside it is empty in it.
    beforeAll(() => {
      archive = join(app.folder, 'extracted', 'app.asar');
      extractAll(app.archive, archive);
      cpSync(`${app.archive}.unpacked`, `${archive}.unpacked`, { recursive: true });
      for (const path of packed) if (UNPACKED.test(path)) truncateSync(join(archive, path));
    });

    test('with the app’s own code, from both places', async () => {
      const assets = await listAssets(assetFolders(archive));
      const paths = packed.flatMap((path) => {
        if (path.startsWith('dist/renderer/')) return [[path, path.slice('dist/renderer'.length)] as const];
        if (path.startsWith('models/demo/')) return [[path, DEMO_PATH + path.slice('models/demo/'.length)] as const];
        return path.startsWith('assets/samples/') ? [[path, path.slice('assets'.length)] as const] : [];
      });
      expect(paths.length).toBeGreaterThan(30);
      for (const [path, address] of paths) {
        const answer = await answerAsset(assets, { method: 'GET', path: encodeURI(address), range: null, nonce: 'n' });
        expect.soft(answer.status, address).toBe(200);
        if (address.endsWith('.html')) continue;
        expect.soft(answer.headers['Content-Length'], address).toBe(String(statSync(join(root, path)).size));
      }
    });

    test('and what an index page names is there', async () => {
      const assets = await listAssets(assetFolders(archive));
      for (const page of ['index.html', 'engine.html']) {
        const named = [...textOf(`dist/renderer/${page}`).matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(
          ([, address]) => address!,
        );
        expect(named.length).toBeGreaterThan(0);
        for (const address of named) expect.soft(assets.get(address), address).toBeDefined();
      }
    });
  });

  function textOf(path: string): string {
    return extractFile(app.archive, path).toString('utf8');
  }
});

test.each([
  ['/opt/app/resources/app.asar/a.wasm', '/opt/app/resources/app.asar/a.wasm'],
  ['/work/app.asarx/a.wasm', '/work/app.asarx/a.wasm'],
  ['/work/main/dist/a.wasm', '/work/main/dist/a.wasm'],
])('%s, with nothing unpacked, stays where it is', (file, place) => {
  expect(unpackedPath(file)).toBe(place);
});

/** Files below a folder of the working tree, relative to it. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}
