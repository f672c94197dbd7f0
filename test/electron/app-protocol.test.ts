import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type AssetMap, assetFolders, listAssets } from '../../electron/protocol/assets.ts';
import { fileStream } from '../../electron/protocol/file-stream.ts';
import { respond } from '../../electron/protocol/respond.ts';
import { type StandInApp, standInApp, WEIGHTS } from '../serve/stand-in-app.ts';

let app: StandInApp;
let assets: AssetMap;

beforeAll(async () => {
  app = await standInApp();
  assets = await listAssets(assetFolders(app.root));
});
afterAll(() => app.remove());

const WEIGHTS_ADDRESS = 'app://cvt-lens/models/demo/cvt-demo.safetensors';

function ask(address: string, init?: RequestInit): Promise<Response> {
  return respond(assets, new Request(address, init));
}

test.each([
  ['app://cvt-lens/', 'text/html; charset=utf-8'],
  ['app://cvt-lens/engine.html?preference=wasm', 'text/html; charset=utf-8'],
  ['app://cvt-lens/assets/worker-abc.js', 'text/javascript; charset=utf-8'],
  ['app://cvt-lens/assets/ort-abc.wasm', 'application/wasm'],
])('%s isolates its page and names its type', async (address, type) => {
  const response = await ask(address);
  expect(response.status).toBe(200);
  expect(response.headers.get('Content-Type')).toBe(type);
  expect(response.headers.get('Cross-Origin-Opener-Policy')).toBe('same-origin');
  expect(response.headers.get('Cross-Origin-Embedder-Policy')).toBe('require-corp');
  expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  expect(response.headers.get('Content-Length')).toBe(String((await response.arrayBuffer()).byteLength));
});

test.each([
  'app://other/',
  'app://cvt-lens/package.json',
  'app://cvt-lens/..%2f..%2fpackage.json',
  'app://cvt-lens/models/demo/',
])('%s is nothing', async (address) => {
  expect((await ask(address)).status).toBe(404);
});

test('POST is not answered', async () => {
  expect((await ask('app://cvt-lens/', { method: 'POST', body: 'x' })).status).toBe(405);
});

test('weights come in ranges', async () => {
  const part = await ask(WEIGHTS_ADDRESS, { headers: { Range: 'bytes=100-109' } });
  expect(part.status).toBe(206);
  expect(part.headers.get('Content-Range')).toBe('bytes 100-109/256');
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(WEIGHTS.slice(100, 110));
  expect((await ask(WEIGHTS_ADDRESS, { headers: { Range: 'bytes=256-' } })).status).toBe(416);
});

test.runIf(existsSync('/proc/self/fd'))('a reader that goes away closes the file', async () => {
  const file = `${app.root}/large.bin`;
  await writeFile(file, new Uint8Array(3 << 20));
  const reader = fileStream(file, 0, 3 << 20).getReader();
  expect((await reader.read()).value?.byteLength).toBe(1 << 20);
  expect(openFiles()).toContain(file);
  await reader.cancel();
  expect(openFiles()).not.toContain(file);
});

test('a file that is shorter than announced fails its reader instead of ending early', async () => {
  const file = `${app.root}/short.bin`;
  await writeFile(file, new Uint8Array(10));
  const reader = fileStream(file, 0, 20).getReader();
  expect((await reader.read()).value?.byteLength).toBe(10);
  await expect(reader.read()).rejects.toThrow('ends at 10, before 20');
});

test('a file that is gone fails its reader', async () => {
  await expect(fileStream(`${app.root}/gone.bin`, 0, 1).getReader().read()).rejects.toThrow('ENOENT');
});

function openFiles(): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/self/fd/${fd}`)];
    } catch {
      // The listing's own descriptor.
      return [];
    }
  });
}
