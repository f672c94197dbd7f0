import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveApp } from '../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../electron/serve/server.ts';
import { launchChromium } from '../browser-support.ts';
import { type StandInApp, standInApp } from '../serve/stand-in-app.ts';

/** What only a browser can say about the loopback server: that its headers and cookies have the effect they are for. */

let app: StandInApp;
let server: RunningServer;
let foreign: Server;
let foreignOrigin: string;
let browser: Browser;

beforeAll(async () => {
  app = await standInApp();
  server = await serveApp(app.root, 0, app.home);
  foreign = createServer((request, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end(`<a href="${server.address}">open</a>${request.url}`);
  });
  await new Promise<void>((resolve) => {
    foreign.listen(0, '127.0.0.1', resolve);
  });
  // Another name of this machine: another site, as far as a browser is concerned.
  foreignOrigin = `http://localhost:${(foreign.address() as AddressInfo).port}`;
  browser = await launchChromium({ webgpu: false });
});

afterAll(async () => {
  await browser?.close();
  foreign.closeAllConnections();
  await new Promise((resolve) => foreign.close(resolve));
  await server.close();
  await app.remove();
});

test('the page and its Workers are cross-origin isolated, and the token leaves the address', async () => {
  const page = await browser.newPage();
  await page.goto(server.address);
  await page.waitForFunction(() => document.title === 'stand-in');
  expect(page.url()).toBe(`http://127.0.0.1:${server.port}/`);
  expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  const inWorker = await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const worker = new Worker('/assets/worker-abc.js', { type: 'module' });
        worker.onmessage = ({ data }) => resolve(data);
        worker.onerror = ({ message }) => reject(new Error(message));
      }),
  );
  expect(inWorker).toBe(true);
  expect(await page.evaluate(() => document.cookie)).toBe('');
  await page.close();
});

test('inline styles need the nonce of the page load, and other hosts are out of reach', async () => {
  const page = await browser.newPage();
  await page.goto(server.address);
  await page.waitForFunction(() => document.title === 'stand-in');
  const colours = await page.evaluate(() => {
    const style = (nonce: string | undefined) => {
      const element = document.createElement('style');
      if (nonce !== undefined) element.nonce = nonce;
      element.textContent = `p.${nonce === undefined ? 'without' : 'with'} { color: rgb(1, 2, 3) }`;
      document.head.append(element);
    };
    style(document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce);
    style(undefined);
    return ['with', 'without'].map((name) => {
      const paragraph = document.createElement('p');
      paragraph.className = name;
      document.body.append(paragraph);
      return getComputedStyle(paragraph).color;
    });
  });
  expect(colours).toEqual(['rgb(1, 2, 3)', 'rgb(0, 0, 0)']);
  expect(await page.evaluate((origin) => fetch(origin).catch((error: Error) => error.name), foreignOrigin)).toBe(
    'TypeError',
  );
  await page.close();
});

test('a link on another site opens the app', async () => {
  const page = await browser.newPage();
  await page.goto(foreignOrigin);
  await page.getByText('open').click();
  await page.waitForFunction(() => document.title === 'stand-in');
  expect(page.url()).toBe(`http://127.0.0.1:${server.port}/`);
  await page.close();
});

test('another site can neither read nor frame the app, although this browser has the cookie', async () => {
  const context = await browser.newContext();
  const own = await context.newPage();
  await own.goto(server.address);
  await own.waitForFunction(() => document.title === 'stand-in');
  const page = await context.newPage();
  await page.goto(foreignOrigin);
  const home = `http://127.0.0.1:${server.port}`;
  expect(await tryToUse(own, home)).toEqual(['used', 'used']);
  expect(await tryToUse(page, home)).toEqual(['refused', 'refused']);
  await page.evaluate((target) => {
    const frame = document.createElement('iframe');
    frame.src = target;
    document.body.append(frame);
  }, home);
  await page.waitForEvent('framenavigated');
  expect(page.frames().map((frame) => frame.url())).not.toContain(`${home}/`);
  await context.close();
});

/** Whether a page's scripts can read the app's API and draw its pictures. */
function tryToUse(page: Page, home: string): Promise<unknown[]> {
  return page.evaluate(
    (target) =>
      Promise.all([
        fetch(`${target}/api/shell`, { credentials: 'include' }).then(
          ({ ok }) => (ok ? 'used' : 'refused'),
          () => 'refused',
        ),
        new Promise((resolve) => {
          const image = new Image();
          image.onload = () => resolve('used');
          image.onerror = () => resolve('refused');
          image.src = `${target}/samples/cat.png`;
        }),
      ]),
    home,
  );
}
