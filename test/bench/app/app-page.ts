import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { ensureBuilt } from '../../../electron/bootstrap/build.mjs';
import { alone } from '../../../electron/bootstrap/lock.mjs';
import { ROOT } from '../../../electron/bootstrap/root.mjs';
import { serveApp } from '../../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../../electron/serve/server.ts';
import type { VariantName } from '../../../models/cvt/variants.ts';
import { parseSettings } from '../../../renderer/shell/settings.ts';
import { launchChromium } from '../../browser-support.ts';
import { tapEngine } from './engine-tap.ts';
import { addFormulaModel } from './served-model.ts';

/** Minutes: W24 is a gigabyte to read and to check. */
const PATIENCE_MS = 240_000;

/** The built app in a Chromium of its own, on WASM, without anybody's settings. */
export class AppPage {
  readonly page: Page;
  readonly browser: Browser;
  readonly #server: RunningServer;
  readonly #home: string;

  private constructor(page: Page, browser: Browser, server: RunningServer, home: string) {
    this.page = page;
    this.browser = browser;
    this.#server = server;
    this.#home = home;
  }

  /** @param model the demo where null */
  static async open(model: { readonly variant: VariantName; readonly side: number } | null): Promise<AppPage> {
    await alone(ensureBuilt);
    const home = mkdtempSync(join(tmpdir(), 'cvt-lens-bench-'));
    const modelId = model ? await addFormulaModel(ROOT, home, model.variant, model.side) : undefined;
    const settings = { ...parseSettings(null), device: 'wasm', ...(modelId && { modelId }) };
    writeFileSync(join(home, 'settings.json'), JSON.stringify(settings));
    const server = await serveApp(ROOT, 0, home);
    const browser = await launchChromium({ webgpu: false });
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
    const app = new AppPage(page, browser, server, home);
    await tapEngine(page);
    await page.goto(server.address);
    return app;
  }

  /** Until the model is loaded and its stages stand there. */
  async ready(): Promise<void> {
    await this.page.getByRole('button', { name: /^Stage 1:/ }).waitFor({ timeout: PATIENCE_MS });
  }

  /** Drops a picture and waits for its answer and its maps. */
  async show(path: string): Promise<void> {
    await this.#drop(basename(path), readFileSync(path));
    await this.page.locator('[data-testid="overlay"][data-run]').waitFor({ timeout: PATIENCE_MS });
  }

  async #drop(name: string, bytes: Uint8Array): Promise<void> {
    const transfer = await this.page.evaluateHandle(
      ([name, base64]) => {
        const result = new DataTransfer();
        result.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
        return result;
      },
      [name, Buffer.from(bytes).toString('base64')] as const,
    );
    await this.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.#server.close();
    rmSync(this.#home, { recursive: true, force: true });
  }
}
