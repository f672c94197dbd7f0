import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'rolldown';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { findAppRoot } from '../../electron/app-root.ts';
import type { HttpConnection } from '../../electron/weights/http.ts';
import configs from '../../rolldown.config.mjs';

const root = findAppRoot();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cvt-lens-main-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A module in which everything can be asked and called, and which is not the first instance of the app. */
function standInFor(names: readonly string[]): string {
  return `const anything = (known = {}) => new Proxy(() => anything(), {
      get: (_, name) => known[name] ?? (name === 'then' || typeof name === 'symbol' ? undefined : anything()),
      construct: () => anything(),
    });
    export const app = anything({
      requestSingleInstanceLock: () => false,
      quit() { console.log('second instance'); process.exit(0); },
    });
    ${names.map((name) => `export const ${name} = anything();`).join('\n')}`;
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

test('the desktop’s main script runs with no package beside it but Electron', { timeout: 120_000 }, async () => {
  const script = join(root, 'dist', 'main', 'main.js');
  const names = /^import \{ ([^}]+) \} from "electron";$/m.exec(await readFile(script, 'utf8'))?.[1]?.split(', ') ?? [];
  expect(names).toContain('app');
  await mkdir(join(folder, 'dist', 'main'), { recursive: true });
  await copyFile(script, join(folder, 'dist', 'main', 'main.js'));
  await copyFile(join(root, 'package.json'), join(folder, 'package.json'));
  await put('node_modules/electron/package.json', '{"type":"module","exports":"./index.js"}');
  await put('node_modules/electron/index.js', standInFor(names.filter((name) => name !== 'app')));
  const env = {
    ...process.env,
    HOME: folder,
    XDG_CONFIG_HOME: folder,
    XDG_DATA_HOME: folder,
    APPDATA: folder,
    NODE_PATH: '',
  };
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'dist', 'main', 'main.js')], { env });
  expect(stdout).toBe('second instance\n');
});

test('undici downloads from inside of that script’s bundle', { timeout: 120_000 }, async () => {
  const [main] = z.tuple([z.record(z.string(), z.unknown())], z.unknown()).parse(configs);
  await build({
    ...main,
    plugins: [],
    input: { http: join(root, 'electron', 'weights', 'proxied-http.ts') },
    output: { dir: folder, format: 'esm', entryFileNames: '[name].mjs' },
  });
  const text = await readFile(join(folder, 'http.mjs'), 'utf8');
  expect(text).not.toMatch(/from "undici"/);
  const server = createServer((request, response) => response.end(`you asked for ${request.url}`));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { proxiedHttp }: { proxiedHttp: () => HttpConnection } = await import(
    pathToFileURL(join(folder, 'http.mjs')).href
  );
  const connection = proxiedHttp();
  try {
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/weights`;
    const { status, body } = await connection.send({ url, headers: {}, signal: AbortSignal.timeout(20_000) });
    let said = '';
    for await (const chunk of body) said += Buffer.from(chunk).toString();
    expect([status, said]).toEqual([200, 'you asked for /weights']);
  } finally {
    await connection.close();
    server.close();
  }
});
