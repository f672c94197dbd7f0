import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { findAppRoot } from '../../electron/app-root.ts';
import { readParts } from '../../electron/packaging/notices.mjs';
import packageLock from '../../package-lock.json' with { type: 'json' };

// What the app's licences are held to: the bundles as they lie in dist/, and the lock.

const root = findAppRoot();
const noticesSchema = z.array(
  z.strictObject({ name: z.string(), version: z.string(), licence: z.string(), text: z.string().min(100) }),
);
const locked = z
  .record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().default(false) }))
  .parse(packageLock.packages);

let notices: z.infer<typeof noticesSchema>;
beforeAll(() => {
  notices = noticesSchema.parse(JSON.parse(readFileSync(join(root, 'dist', 'renderer', 'notices.json'), 'utf8')));
});

const named = () => new Set(notices.map(({ name, version }) => `${name}@${version}`));

/** Packages whose code is in the scripts of a folder of dist/, by their source maps, as `name@version`. */
function packagesInScripts(folder: string): readonly string[] {
  const found = new Set<string>();
  for (const file of readdirSync(join(root, 'dist', folder)).filter((name) => name.endsWith('.map'))) {
    const map = z.object({ sources: z.array(z.string().nullable()) });
    for (const source of map.parse(JSON.parse(readFileSync(join(root, 'dist', folder, file), 'utf8'))).sources) {
      const place = /(node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+))\//.exec(source ?? '');
      if (place !== null) found.add(`${place[2]}@${locked[place[1]!]?.version}`);
    }
  }
  return [...found];
}

test.each(['main', 'preload', 'renderer/assets'])('every package in the scripts of dist/%s has a notice', (folder) => {
  const found = packagesInScripts(folder);
  if (folder !== 'preload') expect(found.length).toBeGreaterThan(2);
  expect(found.filter((name) => !named().has(name))).toEqual([]);
});

test('every kind of file beside the scripts has its notice', () => {
  const owners: readonly (readonly [RegExp, string])[] = [
    [/^inter-.*\.woff2$/, '@fontsource-variable/inter'],
    [/^jetbrains-mono-.*\.woff2$/, '@fontsource-variable/jetbrains-mono'],
    [/^ort[-.].*\.(?:wasm|mjs|js)$/, 'onnxruntime-web'],
  ];
  // Our own: scripts are the test above, style sheets and the icon.
  const files = readdirSync(join(root, 'dist', 'renderer', 'assets')).filter(
    (file) => !/\.(?:js|css|map)$|^icon-/.test(file),
  );
  const names = new Set(notices.map(({ name }) => name));
  for (const file of files) {
    const owner = owners.find(([pattern]) => pattern.test(file))?.[1];
    expect.soft(owner, `whose is ${file}?`).toBeDefined();
    expect.soft(names.has(owner ?? ''), file).toBe(true);
  }
  expect(files.length).toBeGreaterThan(10);
});

test('every notice is of a locked package that is no development tool, at its version, or of a part that ships', () => {
  const production = new Set(
    Object.entries(locked).flatMap(([folder, { version, dev }]) =>
      dev || folder === '' ? [] : `${folder.split('node_modules/').at(-1)}@${version}`,
    ),
  );
  const parts = new Set(readParts().map(({ name, version }) => `${name}@${version}`));
  expect([...named()].filter((name) => !production.has(name) && !parts.has(name))).toEqual([]);
  expect([...parts].filter((name) => !named().has(name))).toEqual([]);
});

test('onnxruntime’s third-party notices are those of the version that is bundled', () => {
  const runtime = notices.find(({ name }) => name === 'onnxruntime-web');
  const parts = notices.find(({ name }) => name === "ONNX Runtime's third-party parts");
  expect(parts?.version).toBe(runtime?.version);
  for (const part of ['google/re2', 'abseil-cpp', 'Eigen', 'dawn', 'emsdk', 'protocolbuffers/protobuf'])
    expect.soft(parts?.text).toContain(part);
});

test('all licences are ones that let the app be given away', () => {
  const known = ['0BSD', 'BSD-3-Clause', 'ISC', 'MIT', 'OFL-1.1', 'WordNet', 'see text'];
  expect(
    notices.filter(({ licence }) => !known.includes(licence)).map(({ name, licence }) => `${name}: ${licence}`),
  ).toEqual([]);
});

test('the notices as a file hold every text', () => {
  const file = readFileSync(join(root, 'dist', 'NOTICES.txt'), 'utf8');
  for (const { name, version, text } of notices) {
    expect.soft(file).toContain(`${name} ${version} (`);
    expect.soft(file.includes(text), name).toBe(true);
  }
});
