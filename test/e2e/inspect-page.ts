import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { ROOT } from '../../electron/bootstrap/root.mjs';
import { serveApp } from '../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../electron/serve/server.ts';
import { SettingsFile } from '../../electron/settings/settings-file.ts';
import { parseSettings, type Settings } from '../../renderer/shell/settings.ts';
import { launchChromium } from '../browser-support.ts';

export const SAMPLES = join(ROOT, 'assets', 'samples');

export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

export function fileAt(path: string): DroppedFile {
  return { name: basename(path), bytes: readFileSync(path) };
}

/** The served app in a Chromium of its own, and what it complained about. */
export class InspectApp {
  readonly page: Page;
  /** Console errors, uncaught exceptions and CSP violations, in order. */
  readonly complaints: string[];
  readonly #browser: Browser;
  /** Where settings and weights are kept. */
  readonly home: string;
  #server: RunningServer;

  private constructor(page: Page, complaints: string[], browser: Browser, server: RunningServer, home: string) {
    this.page = page;
    this.complaints = complaints;
    this.#browser = browser;
    this.#server = server;
    this.home = home;
  }

  static async start(settings: Partial<Settings>, webgpu: boolean): Promise<InspectApp> {
    const home = mkdtempSync(join(tmpdir(), 'cvt-lens-inspect-'));
    await new SettingsFile(home).write({ ...parseSettings(null), ...settings });
    const server = await serveApp(ROOT, 0, home);
    let browser: Browser | null = null;
    try {
      browser = await launchChromium({ webgpu });
      // A context of its own may have further windows.
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: 'light' });
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(String(error)));
      await page.addInitScript(() =>
        addEventListener('securitypolicyviolation', (event) =>
          console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`),
        ),
      );
      const app = new InspectApp(page, complaints, browser, server, home);
      await app.load();
      return app;
    } catch (error) {
      await end(browser, server, home);
      throw error;
    }
  }

  /** Opens the app, or opens it again, and waits for its model. */
  async load(): Promise<void> {
    await this.page.goto(this.#server.address);
    await this.stage(1).waitFor({ timeout: 120_000 });
  }

  /** Ends the server and starts another on the same settings and weights, with `between` while there is none. */
  async restart(between: () => void = () => {}): Promise<void> {
    // A page without its server complains, rightly.
    await this.page.goto('about:blank');
    await this.#server.close();
    between();
    this.#server = await serveApp(ROOT, 0, this.home);
    await this.load();
  }

  async close(): Promise<void> {
    await end(this.#browser, this.#server, this.home);
  }

  /** A drop event with real files, as the system would bring it. */
  async drop(...files: readonly DroppedFile[]): Promise<void> {
    const data = files.map(({ name, bytes }) => ({ name, base64: Buffer.from(bytes).toString('base64') }));
    const transfer = await this.page.evaluateHandle((list) => {
      const result = new DataTransfer();
      for (const { name, base64 } of list)
        result.items.add(new File([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], name));
      return result;
    }, data);
    await this.page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  }

  /** @param number from 1 */
  stage(number: number): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^Stage ${number}:`) });
  }

  /** The picture's tile in the tray, whatever its state. */
  tile(name: string): Locator {
    return this.page
      .getByRole('complementary', { name: 'Pictures' })
      .getByRole('button', { name: new RegExp(`^${name}`) });
  }

  /** The listed classes, likeliest first. */
  predictions(): Locator {
    return this.page.getByTestId('predictions').getByRole('listitem');
  }

  /** Unit and range of the large map, in words. */
  range(): Locator {
    return this.page.getByRole('img', { name: /^Colours from/ });
  }

  /** The bytes of a stage's drawn map, RGBA. @param number from 1 */
  async mapPixels(number: number): Promise<readonly number[]> {
    return this.page.getByTestId(`stage-map-${number}`).evaluate((canvas: HTMLCanvasElement) => {
      const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return [...pixels];
    });
  }

  /** The token whose row the large map shows; null where it shows none. */
  async shownQuery(): Promise<string | null> {
    return this.page.getByTestId('overlay').getAttribute('data-query');
  }

  /** What the large map is of (`AttentionMap.view`); null while there is none. */
  async shownView(): Promise<string | null> {
    return this.page.getByTestId('overlay').getAttribute('data-view');
  }

  /** The number under the pointer, as the readout writes it. */
  async readValue(): Promise<string | null> {
    return this.page.locator('.readout-cell strong').textContent();
  }

  /** From now on keeps, for every map that is drawn large, the picture it is drawn over and the run it is of. */
  async watchRuns(): Promise<() => Promise<readonly { picture: string; run: string }[]>> {
    const seen = await this.page.evaluateHandle(() => {
      const pairs: { picture: string; run: string }[] = [];
      const look = () => {
        const run = document.querySelector('[data-testid="overlay"]')?.getAttribute('data-run');
        const picture = document.querySelector('.picture-image')?.getAttribute('alt');
        if (run && picture) pairs.push({ picture, run });
      };
      new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
      look();
      return pairs;
    });
    return () => seen.jsonValue();
  }

  /** Waits until the row of another token than `before` is shown. */
  async shownQueryAfter(before: string | null): Promise<string> {
    await this.page.locator(`[data-testid="overlay"][data-query]:not([data-query="${before}"])`).waitFor();
    return (await this.shownQuery()) ?? '';
  }

  /** Moves the pointer to a place in the picture's viewport, both 0–1. */
  async pointAt(x: number, y: number): Promise<void> {
    const box = await this.page.locator('.picture').boundingBox();
    if (!box) throw new Error('No picture is shown.');
    await this.page.mouse.move(box.x + box.width * x, box.y + box.height * y);
  }
}

async function end(browser: Browser | null, server: RunningServer, home: string): Promise<void> {
  await browser?.close();
  await server.close();
  rmSync(home, { recursive: true, force: true });
}

/** How many different colours a drawn map has. */
export function colourCount(pixels: readonly number[]): number {
  const colours = new Set<number>();
  for (let at = 0; at < pixels.length; at += 4)
    colours.add(((pixels[at]! * 256 + pixels[at + 1]!) * 256 + pixels[at + 2]!) * 256 + pixels[at + 3]!);
  return colours.size;
}
