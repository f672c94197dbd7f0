import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { runPackaging } from './packaged-app.ts';

test('where Electron cannot be had, npm run package says so and makes nothing', { timeout: 300_000 }, async () => {
  const home = await mkdtemp(join(tmpdir(), 'cvt-lens-package-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const out = join(home, 'out');
  const { code, said } = await runPackaging(['--dir', '--out', out], home, join(home, 'no-electron-here'));
  expect(code).toBe(1);
  expect(said).toMatch(/Nothing was packaged: Electron \d+\.\d+\.\d+ could not be fetched/);
  expect(await readdir(home)).not.toContain('out');
});

test('the tests’ lack of network is one: a program that asks for an address is refused and written down', {
  timeout: 120_000,
}, async () => {
  const home = await mkdtemp(join(tmpdir(), 'cvt-lens-package-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const log = join(home, 'network.log');
  const block = pathToFileURL(join(import.meta.dirname, 'no-network.mjs')).href;
  const script = `await Promise.all(['https://example.invalid/', 'http://192.0.2.1:81/'].map((url) => fetch(url).then(() => process.exit(1), () => {})))`;
  const env = { ...process.env, CVT_LENS_TEST_NETWORK_LOG: log };
  await promisify(execFile)(process.execPath, ['--import', block, '--input-type=module', '-e', script], { env });
  expect((await readFile(log, 'utf8')).trim().split('\n').sort()).toEqual(['192.0.2.1:81', 'example.invalid:443']);
});
