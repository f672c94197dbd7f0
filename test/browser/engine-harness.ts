import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { build, preview } from 'vite';
import { commonHeaders } from '../../electron/protocol/headers.ts';
import viteConfig from '../../vite.config.ts';
import { type ChromiumOptions, launchChromium } from '../browser-support.ts';
import type { Outcome } from './engine-page/page.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface EngineServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The engine alone in a page, bundled as the app is and served under the app's own headers, CSP included, beside the demo
 * checkpoint's files.
 * @param files served beside them: name in the address → path
 */
export async function serveEngine(files: Readonly<Record<string, string>> = {}): Promise<EngineServer> {
  const outDir = await mkdtemp(join(tmpdir(), 'cvt-engine-page-'));
  const root = here('./engine-page');
  const config = { ...viteConfig, configFile: false as const, logLevel: 'warn' as const, root };
  await build({
    ...config,
    publicDir: here('../../models/demo'),
    build: {
      ...viteConfig.build,
      outDir,
      emptyOutDir: true,
      sourcemap: false,
      rollupOptions: { input: join(root, 'index.html') },
    },
  });
  for (const [name, path] of Object.entries(files)) await symlink(path, join(outDir, name));
  const server = await preview({
    ...config,
    build: { outDir },
    preview: { host: '127.0.0.1', port: 0, strictPort: false, headers: commonHeaders('engine-under-test') },
  });
  const url = server.resolvedUrls?.local[0];
  if (!url) throw new Error('Vite did not say where it serves.');
  return {
    url,
    async close() {
      await server.close();
      await rm(outDir, { recursive: true, force: true });
    },
  };
}

export interface EnginePage {
  readonly page: Page;
  /** What the page complained of: script errors and CSP violations. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openEnginePage(server: EngineServer, options: ChromiumOptions): Promise<EnginePage> {
  const browser: Browser = await launchChromium(options);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  await page.goto(server.url);
  await page.waitForFunction(() => 'lens' in window);
  return { page, complaints, close: () => browser.close() };
}

/** The value, or the page's error as this test's. */
export function ok<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Error(`${outcome.name} [${outcome.code}] ${outcome.message}`);
}
