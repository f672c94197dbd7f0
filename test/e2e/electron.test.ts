import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findElectron, whyNoWindow } from '../../electron/bootstrap/find-electron.mjs';
import { ROOT } from '../../electron/bootstrap/root.mjs';

const electron = findElectron();
const obstacle = whyNoWindow({ platform: process.platform, env: process.env, isRoot: process.getuid?.() === 0 });

// Runs where Electron's binary and a display are; elsewhere it is counted as skipped.
describe.skipIf(electron.kind !== 'found' || obstacle !== null)('the desktop app', () => {
  let home: string;
  let app: ElectronApplication;
  let ui: Page;

  beforeAll(async () => {
    if (electron.kind !== 'found') throw new Error('There is no Electron to start.');
    home = mkdtempSync(join(tmpdir(), 'cvt-lens-electron-'));
    // Without a path Playwright would start the download.
    app = await _electron.launch({
      executablePath: electron.executable,
      args: [ROOT],
      env: { ...(process.env as Record<string, string>), CVT_LENS_HOME: home, CVT_LENS_GPU: 'off' },
    });
    ui = await windowAt('/');
  });

  afterAll(async () => {
    await app?.close();
    if (home) rmSync(home, { recursive: true, force: true });
  });

  /** The hidden engine window may come first: windows are told apart by their address. */
  async function windowAt(path: string): Promise<Page> {
    const matches = (page: Page): boolean => URL.parse(page.url())?.pathname === path;
    return app.windows().find(matches) ?? app.waitForEvent('window', { predicate: matches });
  }

  async function expectFirst(label: string): Promise<void> {
    await ui.getByTestId('predictions').getByText(label, { exact: true }).first().waitFor();
    expect(await ui.getByTestId('predictions').locator('li').first().getAttribute('title')).toContain(`${label},`);
  }

  test('both pages are isolated and see no Node', async () => {
    for (const page of [ui, await windowAt('/engine.html')])
      expect(await page.evaluate(() => [crossOriginIsolated, 'require' in window, 'process' in window])).toEqual([
        true,
        false,
        false,
      ]);
  });

  test('a sample is classified', async () => {
    await ui.getByRole('button', { name: 'penguin', exact: true }).click();
    await expectFirst('penguin');
  });

  test('after the engine window crashed the next picture is classified all the same', async () => {
    const next = app.waitForEvent('window');
    await app.evaluate(({ BrowserWindow }) => {
      const engine = BrowserWindow.getAllWindows().find((window) =>
        window.webContents.getURL().includes('engine.html'),
      );
      engine?.webContents.forcefullyCrashRenderer();
    });
    await next;
    await ui.reload();
    await ui.getByRole('button', { name: 'rocket', exact: true }).click();
    await expectFirst('rocket');
  });

  test('menus run the page’s actions, and the diagnostics can be copied', async () => {
    const click = (id: string) =>
      app.evaluate(({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(), id);
    await click('about');
    await ui.getByRole('dialog', { name: 'About CvT Lens' }).waitFor();
    await ui.getByRole('button', { name: 'Copy diagnostics' }).click();
    await ui.getByText('On the clipboard').waitFor();
    expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toContain('Chromium’s GPU features');
    await ui.keyboard.press('Escape');
    await click('screen-models');
    await ui.getByRole('main', { name: 'Models' }).waitFor();
    // A file dialog needs a user's gesture, which a choice in a menu is.
    const chooser = ui.waitForEvent('filechooser');
    await click('open');
    await (await chooser).setFiles(join(ROOT, 'assets', 'samples', 'teapot-transparent.png'));
    await expectFirst('teapot');
  });

  test('a file of a second start opens in the first one’s window', async () => {
    if (electron.kind !== 'found') throw new Error('There is no Electron to start.');
    const picture = join(ROOT, 'assets', 'samples', 'guitar-and-drum.jpg');
    const env = { ...process.env, CVT_LENS_HOME: home, CVT_LENS_GPU: 'off' };
    const second = spawn(electron.executable, [ROOT, picture], { env, stdio: 'ignore' });
    expect(await once(second, 'exit')).toEqual([0, null]);
    await ui
      .getByRole('complementary', { name: 'Pictures' })
      .getByRole('button', { name: /^guitar-and-drum\.jpg/ })
      .waitFor();
    await expectFirst('guitar');
  });

  test('the page can go nowhere and reach nothing else', async () => {
    await ui.evaluate(() => {
      location.href = 'https://example.com/';
    });
    expect(new URL(ui.url()).protocol).toBe('app:');
    expect(await ui.evaluate(() => window.open('https://example.com/'))).toBeNull();
    await expect(ui.evaluate(() => fetch('https://example.com/').then(() => 'reached'))).rejects.toThrow();
  });
});
