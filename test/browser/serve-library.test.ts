import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { rolldown } from 'rolldown';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { assetFolders } from '../../electron/protocol/assets.ts';
import { serveApp } from '../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../electron/serve/server.ts';
import { launchChromium } from '../browser-support.ts';
import { type StandInApp, standInApp } from '../serve/stand-in-app.ts';
import { fixturePath } from '../weights/imports-bench.ts';

/** The library of a page in a real browser: its uploads, events and answers under the real headers. */

let app: StandInApp;
let server: RunningServer;
let browser: Browser;
let page: Page;
let problems: string[];

beforeAll(async () => {
  app = await standInApp();
  const bundle = await rolldown({ input: join(import.meta.dirname, 'library-page', 'page.ts'), platform: 'browser' });
  await bundle.write({ file: join(assetFolders(app.root).renderer, 'assets', 'index-abc.js'), format: 'esm' });
  await bundle.close();
  browser = await launchChromium({ webgpu: false });
});

afterAll(async () => {
  await browser?.close();
  await app.remove();
});

beforeEach(async () => {
  server = await serveApp(app.root, 0, app.home);
  page = await browser.newPage();
  problems = [];
  page.on('console', (message) => {
    // A browser asks for it by itself, and the stand-in has none.
    const isIcon = message.location().url.endsWith('/favicon.ico');
    if (message.type() === 'error' && !isIcon) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(error.message));
  await page.goto(server.address);
  await page.waitForFunction(() => document.title === 'library');
});

afterEach(async () => {
  await page.close();
  await server.close();
});

/** Gives the page a file input with these files in it. */
async function choose(files: readonly { name: string; buffer: Buffer }[]): Promise<void> {
  await page.evaluate(() => {
    document.body.innerHTML = '<input type="file" multiple>';
  });
  await page.setInputFiles(
    'input',
    files.map(({ name, buffer }) => ({ name, buffer, mimeType: 'application/octet-stream' })),
  );
}

const fixture = async (name: string) => ({ name, buffer: await readFile(fixturePath(name)) });
const incoming = () => readdir(join(app.home, 'weights', 'downloads')).catch(() => []);

test('a chosen checkpoint is sent with its progress, imported, told of, fetched and removed', async () => {
  await choose([await fixture('official-zip.pth'), await fixture('official-spec.json')]);
  const { proposal, phases } = await page.evaluate(async () => {
    const files = [...document.querySelector('input')!.files!];
    const phases = new Set<string>();
    const onProgress = ({ phase, done, total }: { phase: string; done: number; total: number }) =>
      phases.add(done <= total ? phase : 'too much');
    return { proposal: await window.shell.library().inspect(files, { onProgress }), phases: [...phases] };
  });
  expect(phases).toEqual(expect.arrayContaining(['sending', 'checking']));
  expect(phases).not.toContain('too much');
  expect(proposal).toMatchObject({ format: 'pytorch', whyNoReference: 'browser', places: ['copy'] });

  const { id, entry, size, states } = await page.evaluate(async (proposalId) => {
    const library = window.shell.library();
    const states: string[] = [];
    const told = new Promise<void>((resolve) => {
      library.subscribe(({ connection, entries }) => {
        const state = entries.find(({ kind }) => kind === 'imported')?.state.kind ?? 'none';
        if (states.at(-1) !== `${connection} ${state}`) states.push(`${connection} ${state}`);
        if (state === 'installed') resolve();
      });
    });
    const choices = {
      title: 'Tiny',
      size: { rows: 64, cols: 64 },
      activation: 'quick_gelu',
      labels: 'index',
      place: 'copy',
    } as const;
    const id = await library.confirmImport(proposalId, choices);
    await told;
    const entry = await library.use(id);
    const size = (await (await fetch(entry.weightsUrl)).arrayBuffer()).byteLength;
    await library.remove(id);
    return { id, entry, size, states };
  }, proposal.id);
  expect(id).toBe('imported:tiny');
  expect(states.at(-1)).toBe('live installed');
  expect(size).toBe(entry.weightsSize);
  expect(await incoming()).toEqual([]);
  expect(problems).toEqual([]);
});

test('sending is cancelled by its signal and leaves nothing', async () => {
  await choose([{ name: 'large.pth', buffer: Buffer.alloc(8_000_000, 1) }]);
  const code = await page.evaluate(async () => {
    const files = [...document.querySelector('input')!.files!];
    const ending = new AbortController();
    const onProgress = () => ending.abort();
    return window.shell
      .library()
      .inspect(files, { signal: ending.signal, onProgress })
      .then(
        () => 'inspected',
        (error: { code: string }) => error.code,
      );
  });
  expect(code).toBe('cancelled');
  await vi.waitFor(async () => expect(await incoming()).toEqual([]));
});

test('refusals keep their class, code and words', async () => {
  await choose([{ name: 'page.pth', buffer: Buffer.from('<!doctype html><title>Not found</title>') }]);
  const error = await page.evaluate(async () => {
    const files = [...document.querySelector('input')!.files!];
    return window.shell
      .library()
      .inspect(files)
      .catch(({ name, code, message }: { name: string; code: string; message: string }) => ({ name, code, message }));
  });
  expect(error).toMatchObject({ name: 'CheckpointError', message: expect.stringMatching(/^page\.pth: /) });
});

test('a server that has gone is told of', async () => {
  await page.evaluate(() => {
    window.shell.library().subscribe(({ connection }) => {
      document.title = connection;
    });
  });
  await page.waitForFunction(() => document.title === 'live');
  await server.close();
  await page.waitForFunction(() => document.title === 'lost');
  const code = await page.evaluate(() =>
    window.shell
      .library()
      .download('cvt-13-224-1k')
      .catch((error: { code: string }) => error.code),
  );
  expect(code).toBe('shell-unreachable');
});
