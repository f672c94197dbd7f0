import { readdir } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveApp } from '../../electron/serve/serve-command.ts';
import type { RunningServer } from '../../electron/serve/server.ts';
import { launchChromium } from '../browser-support.ts';
import { type StandInApp, standInApp } from '../serve/stand-in-app.ts';

/**
 * A browser with the app's cookie opens hostile pages: one on another port of the same host, which counts as the same site and
 * gets the cookie along, and one of another name. Both try all that a page can.
 */

let app: StandInApp;
let server: RunningServer;
let foreign: Server;
let browser: Browser;
let context: BrowserContext;
let home: string;

beforeAll(async () => {
  app = await standInApp();
  server = await serveApp(app.root, 0, app.home);
  home = `http://127.0.0.1:${server.port}`;
  foreign = createServer((_, response) => {
    response.setHeader('Content-Type', 'text/html');
    response.end('<!doctype html><title>hostile</title>');
  });
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  browser = await launchChromium({
    webgpu: false,
    args: ['--host-resolver-rules=MAP evil.example 127.0.0.1, MAP rebound.example 127.0.0.1'],
  });
  context = await browser.newContext();
  const own = await context.newPage();
  await own.goto(server.address);
  await own.waitForFunction(() => document.title === 'stand-in');
});

afterAll(async () => {
  await browser?.close();
  foreign.closeAllConnections();
  await new Promise((resolve) => foreign.close(resolve));
  await server.close();
  await app.remove();
});

/** Pages whose scripts this test is. Playwright's own functions cannot be called from them. */
const tries = {
  fetch: (target: string) =>
    fetch(`${target}/api/shell`, { credentials: 'include' }).then(
      (reply) => `answered ${reply.status}`,
      () => 'refused',
    ),
  'fetch without CORS': (target: string) =>
    fetch(`${target}/api/shell`, { credentials: 'include', mode: 'no-cors' }).then(
      async (reply) => `opaque ${(await reply.text()).length}`,
      () => 'refused',
    ),
  'fetch with a preflight': (target: string) =>
    fetch(`${target}/api/settings`, {
      method: 'PUT',
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      body: '{"theme":"dark"}',
    }).then(
      (reply) => `answered ${reply.status}`,
      () => 'refused',
    ),
  'a simple POST': (target: string) =>
    fetch(`${target}/api/library/command`, {
      method: 'POST',
      credentials: 'include',
      mode: 'no-cors',
      body: '{"command":"set-mirror","url":"http://127.0.0.1:9/"}',
    }).then(
      async (reply) => `opaque ${(await reply.text()).length}`,
      () => 'refused',
    ),
  beacon: (target: string) => {
    navigator.sendBeacon(
      `${target}/api/library/command`,
      new Blob(['{"command":"set-mirror","url":"http://127.0.0.1:9/"}'], { type: 'application/json' }),
    );
    return Promise.resolve('refused');
  },
  script: (target: string) => element('script', `${target}/assets/index-abc.js`),
  'module script': (target: string) => element('script', `${target}/assets/index-abc.js`, 'module'),
  picture: (target: string) => element('img', `${target}/samples/cat.png`),
  style: (target: string) => element('link', `${target}/assets/empty-abc.css`),
  'events without end': (target: string) =>
    new Promise((resolve) => {
      const events = new EventSource(`${target}/api/library/events`, { withCredentials: true });
      events.onmessage = () => resolve('heard');
      events.onerror = () => {
        events.close();
        resolve('refused');
      };
    }),
  WebSocket: (target: string) =>
    new Promise((resolve) => {
      const socket = new WebSocket(target.replace('http', 'ws'));
      socket.onopen = () => resolve('opened');
      socket.onerror = () => resolve('refused');
    }),
  'a Worker': (target: string) =>
    new Promise((resolve) => {
      try {
        const worker = new Worker(`${target}/assets/worker-abc.js`);
        worker.onmessage = () => resolve('ran');
        worker.onerror = () => resolve('refused');
      } catch {
        resolve('refused');
      }
    }),
} as const;

declare function element(kind: string, address: string, type?: string): Promise<string>;

/** Given to the hostile pages: loads something by an element. */
const ELEMENT = `globalThis.element = (kind, address, type) => new Promise((resolve) => {
  const made = document.createElement(kind);
  made.onload = () => resolve('loaded');
  made.onerror = () => resolve('refused');
  if (type) made.type = type;
  if (kind === 'link') { made.rel = 'stylesheet'; made.href = address; } else made.src = address;
  document.head.append(made);
});`;

describe.each(['127.0.0.1', 'localhost', 'evil.example'])('a page of %s', (host) => {
  let page: Page;

  beforeAll(async () => {
    page = await context.newPage();
    await page.addInitScript(ELEMENT);
    await page.goto(`http://${host}:${(foreign.address() as AddressInfo).port}/`);
  });

  afterAll(() => page.close());

  test.each(Object.keys(tries) as (keyof typeof tries)[])('gets nothing by %s', async (name) => {
    const outcome = await page.evaluate<unknown, string>(tries[name], home);
    expect(outcome).toBe('refused');
  });

  test('frames nothing', async () => {
    await page.evaluate((target) => {
      const frame = document.createElement('iframe');
      frame.src = target;
      document.body.append(frame);
    }, home);
    await expect.poll(() => page.frames().length).toBe(2);
    await expect.poll(() => page.frames()[1]?.url()).not.toBe('about:blank');
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${home}/`);
  });

  test('posts no form', async () => {
    const answering = page.waitForResponse((response) => response.url() === `${home}/api/library/command`);
    await page.evaluate((target) => {
      const frame = document.createElement('iframe');
      frame.name = 'sink';
      const form = document.createElement('form');
      Object.assign(form, { method: 'post', enctype: 'text/plain', target: 'sink' });
      form.action = `${target}/api/library/command`;
      const field = document.createElement('input');
      field.name = '{"command":"set-mirror","url":"http://127.0.0.1:9/';
      field.value = '"}';
      form.append(field);
      document.body.append(frame, form);
      form.submit();
    }, home);
    expect((await answering).status()).toBe(403);
  });

  test('has no hold on a window that it opens', async () => {
    const opening = context.waitForEvent('page');
    const held = page.evaluate(async (target) => {
      const opened = window.open(target);
      // Until the other page's policy has taken effect the two are still one group.
      while (opened && !opened.closed) await new Promise((resolve) => setTimeout(resolve, 20));
      return opened?.length ?? 0;
    }, home);
    const opened = await opening;
    await opened.waitForLoadState();
    expect(await held).toBe(0);
    expect(await opened.evaluate(() => window.opener)).toBeNull();
    await opened.close();
  });
});

test('the app’s own page gets what the others do not', async () => {
  const page = await context.newPage();
  await page.addInitScript(ELEMENT);
  await page.goto(server.address);
  await page.waitForFunction(() => document.title === 'stand-in');
  for (const [name, outcome] of [
    ['fetch', 'answered 200'],
    ['script', 'loaded'],
    ['picture', 'loaded'],
    ['style', 'loaded'],
    ['events without end', 'heard'],
    ['a Worker', 'ran'],
  ] as const)
    expect(await page.evaluate<unknown, string>(tries[name], home), name).toBe(outcome);
  await page.close();
});

test('a name that was rebound to this machine reaches nothing', async () => {
  const page = await context.newPage();
  const reply = await page.goto(`http://rebound.example:${server.port}/`);
  expect(reply?.status()).toBe(403);
  expect(await page.evaluate(() => document.body.textContent)).toContain('127.0.0.1 and localhost only');
  const status = await page.evaluate(() => fetch('/api/shell').then((answer) => answer.status));
  expect(status).toBe(403);
  await page.close();
});

test('after all of that nothing has changed', async () => {
  expect(await readdir(app.home).catch(() => [])).not.toContain('settings.json');
  const token = new URL(server.address).searchParams.get('token');
  const own = await context.newPage();
  await own.goto(`${home}/?token=${token}`);
  await own.waitForFunction(() => document.title === 'stand-in');
  const mirror = await own.evaluate(
    () =>
      new Promise((resolve) => {
        const events = new EventSource('/api/library/events');
        events.onmessage = ({ data }) => {
          events.close();
          resolve(JSON.parse(data).hub.mirror);
        };
      }),
  );
  expect(mirror).toBeNull();
  expect(await readdir(join(app.home, 'weights')).catch(() => [])).not.toContain('models');
});
