import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { ROOT } from '../../electron/bootstrap/root.mjs';
import { FUSES } from '../../electron/packaging/builder-config.mjs';
import { EXTERNAL_LINKS } from '../../renderer/shell/shell.ts';
import { FakeContents, fakePreloadElectron } from './fake-electron.ts';
import { type StartedMain, startMain } from './started-main.ts';

/**
 * https://www.electronjs.org/docs/latest/tutorial/security, point by point and in its order, held against the main process as it
 * starts and the preload scripts as they run.
 */

let main: StartedMain;
beforeAll(async () => {
  main = await startMain();
});
afterAll(() => main.stop());

const windows = () => [main.ui, main.engine];
const preferences = () => windows().map(({ options }) => options.webPreferences ?? {});

/** Our own sources, for what only a source can show. */
function sources(folder: string): readonly { readonly file: string; readonly text: string }[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|tsx|html)$/.test(entry.name))
    .map(({ parentPath, name }) => ({
      file: join(parentPath, name),
      text: readFileSync(join(parentPath, name), 'utf8'),
    }));
}

/** Asks the app's own protocol as a page does. */
function get(url: string): Promise<Response> {
  const [scheme, answer] = main.protocol.handle.mock.calls[0]!;
  expect(scheme).toBe('app');
  return answer(new Request(url));
}

const FOREIGN = [
  'https://example.com/',
  'http://127.0.0.1:8080/',
  'file:///etc/passwd',
  'app://other/',
  'app://cvt-lens@evil/',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
];

test('1. only secure content is loaded: the app’s own scheme, and no page reaches the network', async () => {
  for (const window of windows()) expect(window.webContents.url).toMatch(/^app:\/\/cvt-lens\//);
  expect(main.protocol.registerSchemesAsPrivileged).toHaveBeenCalledExactlyOnceWith([
    { scheme: 'app', privileges: expect.objectContaining({ standard: true, secure: true }) },
  ]);
  const [ask] = main.defaultSession.webRequest.onBeforeRequest.mock.calls[0]!;
  const cancelled = (url: string) => {
    const answer = vi.fn();
    ask({ url }, answer);
    return answer.mock.calls[0]![0].cancel;
  };
  for (const url of [
    'https://example.com/',
    'http://127.0.0.1/',
    'ws://example.com/',
    'ftp://a/',
    'file:///etc/passwd',
  ])
    expect([url, cancelled(url)]).toEqual([url, true]);
  for (const url of ['app://cvt-lens/', 'blob:app://cvt-lens/1', 'data:image/png;base64,'])
    expect([url, cancelled(url)]).toEqual([url, false]);
});

test('2. no page has Node, nor has a Worker of it', () => {
  for (const each of preferences())
    expect(each).toMatchObject({ nodeIntegration: false, nodeIntegrationInWorker: false });
  for (const each of preferences()) expect(each.nodeIntegrationInSubFrames ?? false).toBe(false);
});

test('3. preload scripts run in a world of their own', () => {
  for (const each of preferences()) expect(each.contextIsolation).toBe(true);
});

test('4. every page is sandboxed, and nothing turns the sandbox off', () => {
  for (const each of preferences()) expect(each.sandbox).toBe(true);
  const switches = main.app.commandLine.appendSwitch.mock.calls.map(([name]) => name);
  for (const name of switches) expect(name).not.toMatch(/sandbox|disable-web-security|site-isolation|remote-debugging/);
});

describe('5. permissions are asked for in vain', () => {
  const asked = (permission: string, requestingUrl = 'app://cvt-lens/') => {
    const [handler] = main.defaultSession.setPermissionRequestHandler.mock.calls[0]!;
    const answer = vi.fn();
    handler(null, permission, answer, { requestingUrl });
    return answer.mock.calls[0]![0];
  };
  const looked = (permission: string, origin = 'app://cvt-lens/') => {
    const [handler] = main.defaultSession.setPermissionCheckHandler.mock.calls[0]!;
    return handler(null, permission, origin);
  };

  test.each([
    'clipboard-read',
    'display-capture',
    'fullscreen',
    'geolocation',
    'hid',
    'idle-detection',
    'media',
    'mediaKeySystem',
    'midi',
    'midiSysex',
    'notifications',
    'openExternal',
    'pointerLock',
    'serial',
    'speaker-selection',
    'storage-access',
    'usb',
    'window-management',
    'something-new',
  ])('%s', (permission) => {
    expect([asked(permission), looked(permission)]).toEqual([false, false]);
  });

  test('but for copying, by the app’s own pages', () => {
    expect([asked('clipboard-sanitized-write'), looked('clipboard-sanitized-write')]).toEqual([true, true]);
    for (const url of FOREIGN)
      expect([asked('clipboard-sanitized-write', url), looked('clipboard-sanitized-write', url)]).toEqual([
        false,
        false,
      ]);
  });

  test('devices too', () => {
    const [handler] = main.defaultSession.setDevicePermissionHandler.mock.calls[0]!;
    expect(handler()).toBe(false);
  });
});

test('6. the same-origin policy stays on', () => {
  for (const each of preferences()) expect(each.webSecurity).toBe(true);
});

test('7. every answer carries a content security policy that allows the app’s own and no inline script', async () => {
  for (const path of ['/', '/engine.html', '/assets/worker-abc.js', '/nothing-there']) {
    const policy = (await get(`app://cvt-lens${path}`)).headers.get('Content-Security-Policy') ?? '';
    const rules = new Map(policy.split('; ').map((rule) => [rule.split(' ', 1)[0], rule]));
    expect(rules.get('default-src')).toBe(`default-src 'none'`);
    expect(rules.get('script-src')).toBe(`script-src 'self' 'wasm-unsafe-eval'`);
    expect(rules.get('connect-src')).toBe(`connect-src 'self'`);
    expect(rules.get('frame-ancestors')).toBe(`frame-ancestors 'none'`);
    expect(policy).not.toMatch(/'unsafe-inline'|'unsafe-eval'|https?:|\*/);
  }
});

test('8. no insecure content is let in', () => {
  for (const each of preferences()) expect(each.allowRunningInsecureContent ?? false).toBe(false);
});

test('9. no experimental features are on', () => {
  for (const each of preferences()) expect(each.experimentalFeatures ?? false).toBe(false);
});

test('10. no Blink feature is turned on by name', () => {
  for (const each of preferences()) expect(each.enableBlinkFeatures).toBeUndefined();
  const switches = main.app.commandLine.appendSwitch.mock.calls.map(([name]) => name);
  expect(switches).not.toContain('enable-blink-features');
});

test('11. there is no <webview>, with or without allowpopups', () => {
  for (const each of preferences()) expect(each.webviewTag).toBe(false);
  for (const { file, text } of sources('renderer'))
    expect([file, /<webview|allowpopups/.test(text)]).toEqual([file, false]);
});

test('12. a <webview> that were made all the same is not attached', () => {
  for (const { webContents } of windows()) expect(webContents.tries('will-attach-webview')).toBe(true);
  // Of web contents that are nobody's window too.
  const other = new FakeContents();
  main.app.emit('web-contents-created', {}, other);
  expect(other.tries('will-attach-webview')).toBe(true);
});

test.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('13. %s leads nowhere else', (event) => {
  const other = new FakeContents();
  main.app.emit('web-contents-created', {}, other);
  for (const contents of [...windows().map(({ webContents }) => webContents), other]) {
    for (const url of FOREIGN) expect([url, contents.tries(event, { url })]).toEqual([url, true]);
    expect(contents.tries(event, { url: 'app://cvt-lens/' })).toBe(false);
  }
});

test('14. no window is opened by a page', () => {
  for (const { webContents } of windows())
    for (const url of [...FOREIGN, 'app://cvt-lens/', EXTERNAL_LINKS.paper])
      expect(webContents.windowOpenHandler?.({ url })).toEqual({ action: 'deny' });
});

test('15. the system opens only the few addresses that the app names', async () => {
  main.shell.openExternal.mockClear();
  const tried = [
    ...FOREIGN,
    `${EXTERNAL_LINKS.paper}/../..`,
    `${EXTERNAL_LINKS.paper}?x`,
    EXTERNAL_LINKS.paper.replace('https', 'http'),
    'mailto:a@example.com',
    'smb://server/share',
    'ms-msdt:/id PCWDiagnostic',
    '\\\\server\\share\\a.exe',
  ];
  for (const url of tried) {
    main.ui.webContents.windowOpenHandler?.({ url });
    expect(await main.ask('shell:open-external', url)).toMatchObject({ ok: false });
  }
  expect(main.shell.openExternal).not.toHaveBeenCalled();
  for (const url of Object.values(EXTERNAL_LINKS)) {
    expect(url).toMatch(/^https:\/\//);
    expect(await main.ask('shell:open-external', url)).toMatchObject({ ok: true });
    expect(main.shell.openExternal).toHaveBeenLastCalledWith(url);
  }
  // Besides those, the main process shows the user's own folders, named by itself.
  const uses = sources('electron').flatMap(({ text }) => text.match(/shell\.\w+\([^)]*\)/g) ?? []);
  expect([...new Set(uses)].toSorted()).toEqual(
    ['shell.openExternal(url)', 'shell.openPath(logFolder(this.#home)', 'shell.showItemInFolder(path)'].toSorted(),
  );
});

test('16. Electron is a current one, to the patch', () => {
  const lock: { packages: Record<string, { version: string }> } = JSON.parse(
    readFileSync(join(ROOT, 'package-lock.json'), 'utf8'),
  );
  const { version } = lock.packages['node_modules/electron']!;
  const [major, minor, patch] = version.split('.').map(Number) as [number, number, number];
  // Electron mends its latest three majors. 45.4.1 was the latest release when this was written (2026-11).
  expect(major).toBeGreaterThanOrEqual(45);
  if (major === 45) expect([minor, patch] >= [4, 1]).toBe(true);
});

test('17. every message’s sender is looked at (each channel: test/security/ipc-channels.test.ts)', async () => {
  const stranger = new FakeContents();
  const frame = { url: 'app://cvt-lens/', parent: null };
  for (const channel of main.handlers.keys())
    expect([channel, await main.ask(channel, undefined, { contents: stranger, frame })]).toMatchObject([
      channel,
      { ok: false, error: { code: 'shell-refused' } },
    ]);
  // Raw IPC stands in one file each, where the sender is looked at.
  const users = (word: RegExp) =>
    sources('electron')
      .filter(({ text }) => word.test(text))
      .map(({ file }) => file);
  expect(users(/\bipcMain\b/)).toEqual([join(ROOT, 'electron', 'ipc', 'main-ipc.ts')]);
  expect(users(/\bipcRenderer\b/)).toEqual([join(ROOT, 'electron', 'ipc', 'page-ipc.ts')]);
});

test('18. nothing comes from file://, and no file reaches a page by its path', async () => {
  for (const { file, text } of sources('electron'))
    expect([file, /\.loadFile\(|loadURL\([^)]*file:/.test(text)]).toEqual([file, false]);
  for (const path of ['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '//etc/passwd'])
    expect([path, (await get(`app://cvt-lens${path}`)).status]).toEqual([path, 404]);
  expect((await get('app://other/')).status).toBe(404);
});

test('19. the fuses are set (flipped and read back: test/package)', () => {
  expect(FUSES).toMatchObject({
    runAsNode: false,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    onlyLoadAppFromAsar: true,
    enableEmbeddedAsarIntegrityValidation: true,
    grantFileProtocolExtraPrivileges: false,
  });
});

describe('20. no API of Electron is given to a page', () => {
  async function preload(name: 'preload' | 'engine-preload') {
    const electron = fakePreloadElectron();
    vi.stubGlobal('window', { postMessage: vi.fn() });
    vi.resetModules();
    vi.doMock('electron', () => electron.module);
    await import(`../../electron/preload/${name}.ts`);
    vi.doUnmock('electron');
    return electron;
  }

  /** All functions below an object, by their paths. */
  function functions(api: unknown, at: string): [string, (...values: unknown[]) => unknown][] {
    if (typeof api === 'function') return [[at, api as (...values: unknown[]) => unknown]];
    if (typeof api !== 'object' || api === null) throw new Error(`${at} is no function: ${String(api)}`);
    return Object.entries(api).flatMap(([name, part]) => functions(part, `${at}.${name}`));
  }

  /** Some take lists, and say so. */
  async function callWith(call: (...values: unknown[]) => unknown, value: unknown): Promise<void> {
    try {
      await call(value, value, value);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
    }
  }

  test.each([
    ['preload', 'cvtLens'],
    ['engine-preload', 'cvtLensEngine'],
  ] as const)('%s gives functions of one channel each, and no event', async (name, key) => {
    const { exposed, ipcRenderer } = await preload(name);
    expect([...exposed.keys()]).toEqual([key]);
    const all = functions(exposed.get(key), key);
    expect(all.length).toBeGreaterThan(0);
    // Whatever a page passes, it cannot name the channel.
    const evil = Object.assign(() => {}, { toString: () => 'evil:channel' });
    const known = new Set([...main.handlers.keys(), 'engine:connect', 'engine:ready']);
    for (const [, call] of all) {
      ipcRenderer.invoke.mockClear();
      ipcRenderer.send.mockClear();
      await callWith(call, evil);
      for (const [channel] of [...ipcRenderer.invoke.mock.calls, ...ipcRenderer.send.mock.calls])
        expect(known).toContain(channel);
    }
    vi.unstubAllGlobals();
  });

  test('listeners get what is told and nothing of the event, whose sender leads to all channels', async () => {
    const { exposed, ipcRenderer } = await preload('preload');
    const { desktop } = exposed.get('cvtLens') as {
      desktop: { onCommand(listener: (...values: unknown[]) => void): () => void };
    };
    const heard = vi.fn();
    const stop = desktop.onCommand(heard);
    ipcRenderer.emit('menu:command', { sender: ipcRenderer }, 'about');
    stop();
    ipcRenderer.emit('menu:command', { sender: ipcRenderer }, 'open');
    expect(heard.mock.calls).toEqual([['about']]);
    vi.unstubAllGlobals();
  });
});

test('the rules are set once, before the first page: Electron keeps the last that is set', () => {
  const { setPermissionRequestHandler, setPermissionCheckHandler, webRequest } = main.defaultSession;
  for (const set of [setPermissionRequestHandler, setPermissionCheckHandler, webRequest.onBeforeRequest])
    expect(set).toHaveBeenCalledOnce();
});
