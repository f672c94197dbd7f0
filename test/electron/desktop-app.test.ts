import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MenuItemConstructorOptions as Item } from 'electron';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { MENU_COMMANDS } from '../../renderer/shell/menu-commands.ts';
import { FakeWindow } from '../security/fake-electron.ts';
import { type StartedMain, type StartOptions, startMain } from '../security/started-main.ts';

/** The main process whole, over a fake Electron: what the system and the menus do to the app. */

let main: StartedMain | null = null;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvt-lens-desktop-'));
});
afterEach(async () => {
  await main?.stop();
  main = null;
  rmSync(folder, { recursive: true, force: true });
});

async function start(options?: StartOptions): Promise<StartedMain> {
  main = await startMain(options);
  return main;
}

function picture(name: string): string {
  const path = join(folder, name);
  writeFileSync(path, name);
  return path;
}

/** Takes what waits, once it has been looked at. */
async function taken(app: StartedMain): Promise<{ files: string[]; problems: string[] }> {
  return vi.waitFor(async () => {
    const answer = (await app.ask('files:take')) as { value: { files: { name: string }[]; problems: string[] } };
    const { files, problems } = answer.value;
    if (files.length + problems.length === 0) throw new Error('Nothing was given.');
    return { files: files.map(({ name }) => name), problems };
  });
}

function itemOf(app: StartedMain, id: string): Item {
  const flat = (items: readonly Item[]): Item[] =>
    items.flatMap((item) => [item, ...flat(Array.isArray(item.submenu) ? item.submenu : [])]);
  return flat(app.menus.at(-1)!).find((item) => item.id === id)!;
}

const click = (app: StartedMain, id: string) => (itemOf(app, id).click as () => void)();
const commands = ({ webContents }: FakeWindow) =>
  webContents.sent.filter(({ channel }) => channel === 'menu:command').map(({ value }) => value);

describe('files', () => {
  test('of the command line are given to the page, which never learns where they lie', async () => {
    const app = await start({ words: ['--enable-features=X', picture('a.jpg'), join(folder, 'gone.jpg')] });
    const answer = await vi.waitFor(async () => {
      const said = JSON.stringify(await app.ask('files:take'));
      expect(said).toContain('a.jpg');
      return said;
    });
    expect(answer).toContain('gone.jpg: there is nothing at this place');
    expect(answer).not.toContain(folder);
  });

  test('of a second start open in the first one’s window, which comes to the front', async () => {
    const app = await start();
    app.ui.minimized = true;
    app.app.emit('second-instance', {}, ['electron', '/not/looked/at.jpg'], '/', { paths: [picture('b.jpg')] });
    expect(await taken(app)).toEqual({ files: ['b.jpg'], problems: [] });
    expect(app.ui.restore).toHaveBeenCalledOnce();
    expect(app.ui.focus).toHaveBeenCalledOnce();
    expect(app.ui.webContents.sent.map(({ channel }) => channel)).toContain('files:given');
  });

  test('of a second start go along with its question, and it opens nothing itself', async () => {
    const path = picture('c.jpg');
    const app = await start({ words: [path], lock: false });
    expect(app.app.requestSingleInstanceLock).toHaveBeenCalledExactlyOnceWith({ paths: [path] });
    expect(app.app.quit).toHaveBeenCalledOnce();
    expect(FakeWindow.all).toEqual([]);
  });

  test('that a second start of another version names otherwise are no paths', async () => {
    const app = await start();
    app.app.emit('second-instance', {}, [], '/', { paths: { evil: true } });
    expect(await app.ask('files:take')).toMatchObject({ value: { files: [], problems: [] } });
  });

  test('of the Finder come before and after the app is ready', async () => {
    const path = picture('early.jpg');
    const preventDefault = vi.fn();
    const app = await start({
      early: ({ app: starting }) => starting.emit('open-file', { preventDefault }, path),
    });
    expect(await taken(app)).toMatchObject({ files: ['early.jpg'] });
    app.app.emit('open-file', { preventDefault }, picture('late.jpg'));
    expect(await taken(app)).toMatchObject({ files: ['late.jpg'] });
    expect(preventDefault).toHaveBeenCalledTimes(2);
    expect(FakeWindow.all).toHaveLength(2);
  });

  test('are read at their addresses, and a checkpoint goes to the library by its id', async () => {
    const app = await start({ words: [picture('w.safetensors')] });
    const { files } = await vi.waitFor(async () => {
      const { value } = (await app.ask('files:take')) as { value: { files: { id: string; url: string }[] } };
      expect(value.files).toHaveLength(1);
      return value;
    });
    const [, respond] = app.protocol.handle.mock.calls[0]!;
    const answer: Response = await respond(new Request(`app://cvt-lens${files[0]!.url}`));
    expect(await answer.text()).toBe('w.safetensors');
    expect(answer.headers.get('Content-Type')).toBe('application/octet-stream');
    expect(await app.ask('files:to-library', files[0]!.id)).toMatchObject({
      ok: true,
      value: { file: expect.any(String) },
    });
    expect(await app.ask('files:to-library', 'guessed')).toMatchObject({ ok: false, error: { code: 'import-gone' } });
  });
});

describe('recent files', () => {
  test('are what was opened and what the page noted; the menu shows them and opens them again', async () => {
    const app = await start({ words: [picture('a.jpg')] });
    await taken(app);
    await app.ask('recent:note', [picture('b.jpg')]);
    await vi.waitFor(() =>
      expect((itemOf(app, 'recent').submenu as Item[]).map(({ label }) => label)?.[0]).toBe('b.jpg'),
    );
    const { value } = (await app.ask('recent:list')) as { value: { id: string; title: string }[] };
    expect(value.map(({ title }) => title)).toEqual(['b.jpg', 'a.jpg']);
    expect(JSON.stringify(value)).not.toContain(folder);
    click(app, `recent-${value[1]!.id}`);
    expect(await taken(app)).toMatchObject({ files: ['a.jpg'] });
    click(app, 'recent-clear');
    await vi.waitFor(() =>
      expect(itemOf(app, 'recent').submenu).toEqual([{ label: 'Nothing Opened Yet', enabled: false }]),
    );
  });

  test('that are gone are told of and leave the list', async () => {
    const app = await start();
    const path = picture('a.jpg');
    await app.ask('recent:note', [path]);
    const { value } = (await app.ask('recent:list')) as { value: { id: string }[] };
    rmSync(path);
    expect(await app.ask('recent:open', value[0]!.id)).toMatchObject({ ok: true });
    expect((await taken(app)).problems).toEqual([
      'a.jpg: there is nothing at this place. It may have been moved, renamed or removed.',
    ]);
    await vi.waitFor(async () => expect(await app.ask('recent:list')).toMatchObject({ value: [] }));
    expect(await app.ask('recent:open', value[0]!.id)).toMatchObject({ ok: false, error: { code: 'shell-refused' } });
  });
});

describe('menus', () => {
  test('run the page’s actions with a user’s gesture, once the page listens', async () => {
    const app = await start();
    click(app, 'about');
    expect(commands(app.ui)).toEqual([]);
    await app.ask('menu:offer', MENU_COMMANDS);
    await vi.waitFor(() => expect(commands(app.ui)).toEqual(['about']));
    click(app, 'open');
    await vi.waitFor(() => expect(commands(app.ui)).toEqual(['about', 'open']));
    // A file dialog opens on a user's action only.
    expect(app.ui.webContents.executeJavaScript).toHaveBeenLastCalledWith('undefined', true);
  });

  test('grey what the page does not offer, and mark theme and device', async () => {
    const app = await start();
    expect(itemOf(app, 'export-png').enabled).toBe(false);
    await app.ask('menu:offer', ['export-png']);
    await app.ask('settings:write', { theme: 'dark', device: 'wasm' });
    await vi.waitFor(() => {
      expect(itemOf(app, 'export-png').enabled).toBe(true);
      expect(itemOf(app, 'theme-dark').checked).toBe(true);
      expect(itemOf(app, 'device-wasm').checked).toBe(true);
    });
    // The window's frame and the menus themselves follow.
    expect(app.nativeTheme.themeSource).toBe('dark');
    // A page that is loaded again offers anew.
    app.ui.webContents.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false });
    await vi.waitFor(() => expect(itemOf(app, 'export-png').enabled).toBe(false));
  });

  test('show the log', async () => {
    const app = await start();
    click(app, 'logs');
    expect(app.shell.openPath).toHaveBeenCalledExactlyOnceWith(join(app.files.home, 'logs'));
  });
});

describe('the window', () => {
  test('comes back where it was, and its place is written whole', async () => {
    const app = await start({ platform: 'darwin' });
    expect(app.ui.options).toMatchObject({ width: 1360, height: 900, minWidth: 800, minHeight: 560 });
    app.ui.bounds = { x: 30, y: 40, width: 1100, height: 800 };
    app.ui.maximized = true;
    app.ui.close();
    const file = join(app.files.home, 'window.json');
    const bounds = { x: 30, y: 40, width: 1100, height: 800 };
    await vi.waitFor(() => expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ bounds, maximized: true }));
    app.app.emit('activate');
    const second = FakeWindow.all.find((window) => window !== app.engine)!;
    expect(second.options).toMatchObject(bounds);
    second.emit('ready-to-show');
    expect(second.maximize).toHaveBeenCalledOnce();
  });

  test.runIf(process.platform !== 'darwin')('was the last: the app ends', async () => {
    const app = await start();
    app.ui.close();
    expect(app.app.quit).toHaveBeenCalledOnce();
  });

  test('was the last on a Mac: the app stays, and a menu or the dock opens another', async () => {
    const app = await start({ platform: 'darwin' });
    await app.ask('menu:offer', MENU_COMMANDS);
    app.ui.close();
    expect(app.app.quit).not.toHaveBeenCalled();
    click(app, 'about');
    const second = FakeWindow.all.find((window) => window !== app.engine)!;
    expect(second).toBeDefined();
    await app.ask('menu:offer', MENU_COMMANDS, {
      contents: second.webContents,
      frame: { url: 'app://cvt-lens/', parent: null },
    });
    await vi.waitFor(() => expect(commands(second)).toEqual(['about']));
    second.close();
    app.app.emit('activate');
    expect(FakeWindow.all).toHaveLength(2);
  });
});

test('what the hidden engine window complains of stands in the log, without folders', async () => {
  const app = await start();
  app.engine.webContents.emit('console-message', { level: 'error', message: 'cannot read /home/ann/w.pth' });
  app.engine.webContents.emit('console-message', { level: 'info', message: 'all is well' });
  const answer = (await app.ask('diagnostics:read')) as { value: { facts: { name: string }[]; lines: object[] } };
  expect(answer.value.lines).toMatchObject([{ level: 'error', where: 'engine window', text: 'cannot read w.pth' }]);
  expect(answer.value.facts.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['System', 'GPU at the start', 'GPU process crashes', 'Sandbox', 'Chromium’s GPU features']),
  );
});

test('a GPU process that dies stands in the log', async () => {
  const app = await start();
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  app.app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed' });
  said.mockRestore();
  expect(await app.ask('diagnostics:read')).toMatchObject({
    value: { lines: [{ level: 'error', text: 'The GPU process ended (crashed).' }] },
  });
});
