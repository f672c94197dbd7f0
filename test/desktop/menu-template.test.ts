import type { MenuItemConstructorOptions as Item } from 'electron';
import { describe, expect, test, vi } from 'vitest';
import { dockTemplate, type MenuHands, type MenuState, menuTemplate } from '../../electron/desktop/menu-template.ts';
import { MENU_COMMANDS, type MenuCommand } from '../../renderer/shell/menu-commands.ts';

const STATE: MenuState = {
  platform: 'linux',
  offered: new Set(MENU_COMMANDS),
  theme: 'system',
  device: 'auto',
  recents: [],
  isDevelopment: false,
};

function hands(): MenuHands {
  return { run: vi.fn(), openRecent: vi.fn(), clearRecent: vi.fn(), showLogs: vi.fn() };
}

/** All items, those of sub-menus too. */
function flat(items: readonly Item[]): Item[] {
  return items.flatMap((item) => [item, ...flat(Array.isArray(item.submenu) ? item.submenu : [])]);
}

function build(change: Partial<MenuState> = {}, with_: MenuHands = hands()): Item[] {
  return menuTemplate({ ...STATE, ...change }, with_);
}

function itemOf(items: readonly Item[], id: string): Item {
  const found = flat(items).filter((item) => item.id === id);
  if (found.length !== 1) throw new Error(`${found.length} items are called ${id}.`);
  return found[0]!;
}

function click(item: Item): void {
  // Electron gives the item, the window and the event; none is looked at.
  (item.click as () => void)();
}

const platforms = ['linux', 'win32', 'darwin'] as const;

describe.each(platforms)('on %s', (platform) => {
  test.each(MENU_COMMANDS)('%s stands in the menus once, and runs its action', (command) => {
    const with_ = hands();
    click(itemOf(build({ platform }, with_), command));
    expect(with_.run).toHaveBeenCalledExactlyOnceWith(command);
  });

  test('what the page does not offer is grey, unless it can be done in a new window', () => {
    const items = build({ platform, offered: new Set<MenuCommand>(['export']) });
    const enabled = MENU_COMMANDS.filter((command) => itemOf(items, command).enabled);
    expect(enabled.toSorted()).toEqual(
      ['about', 'export', 'import', 'licences', 'open', 'open-folder', 'recipe', 'shortcuts'].toSorted(),
    );
  });

  test('no key is taken from the page, and none is a bare letter', () => {
    for (const { accelerator, registerAccelerator, role } of flat(build({ platform }))) {
      if (accelerator === undefined || role !== undefined) continue;
      expect(accelerator).toMatch(/^CmdOrCtrl\+/);
      expect(registerAccelerator).toBe(false);
    }
  });

  test('every item has a name', () => {
    for (const { label, role, type } of flat(build({ platform, recents: [{ id: 'a', title: 'b', kind: 'picture' }] })))
      expect(label || role || type === 'separator').toBeTruthy();
  });

  test('text can be edited', () => {
    const roles = flat(build({ platform })).map(({ role }) => role);
    for (const role of ['undo', 'redo', 'cut', 'copy', 'paste', 'selectAll'] as const) expect(roles).toContain(role);
  });
});

test('a Mac has its own menu with About and Quit, others have them in Help and File', () => {
  const labels = (platform: NodeJS.Platform) => build({ platform }).map(({ label }) => label);
  expect(labels('darwin')).toEqual(['CvT Lens', '&File', '&Edit', '&View', 'E&ngine', '&Window', '&Help']);
  expect(labels('linux')).toEqual(['&File', '&Edit', '&View', 'E&ngine', '&Window', '&Help']);
  const inside = (platform: NodeJS.Platform, menu: string) =>
    flat(build({ platform }).filter(({ label }) => label === menu)).map(({ id, role }) => id ?? role);
  expect(inside('darwin', 'CvT Lens')).toEqual(expect.arrayContaining(['about', 'services', 'quit']));
  expect(inside('darwin', '&File')).not.toContain('quit');
  expect(inside('darwin', '&Help')).not.toContain('about');
  expect(inside('win32', '&File')).toContain('quit');
  expect(inside('win32', '&Help')).toContain('about');
});

test.each([
  ['system', 'wasm'],
  ['dark', 'auto'],
  ['light', 'webgpu'],
] as const)('theme %s and device %s are marked', (theme, device) => {
  const marked = flat(build({ theme, device })).filter(({ checked }) => checked);
  expect(marked.map(({ id }) => id)).toEqual([`theme-${theme}`, `device-${device}`]);
});

test('recent files are listed as they are, opened and cleared', () => {
  const with_ = hands();
  const items = build(
    {
      recents: [
        { id: '1', title: 'cats & dogs.jpg', kind: 'picture' },
        { id: '2', title: 'x', kind: 'folder' },
      ],
    },
    with_,
  );
  expect(itemOf(items, 'recent-1').label).toBe('cats && dogs.jpg');
  click(itemOf(items, 'recent-2'));
  expect(with_.openRecent).toHaveBeenCalledExactlyOnceWith('2');
  click(itemOf(items, 'recent-clear'));
  expect(with_.clearRecent).toHaveBeenCalledOnce();
});

test('without recent files the menu says so', () => {
  expect(itemOf(build(), 'recent').submenu).toEqual([{ label: 'Nothing Opened Yet', enabled: false }]);
});

test('the log can be shown, and developers reload', () => {
  const with_ = hands();
  click(itemOf(build({}, with_), 'logs'));
  expect(with_.showLogs).toHaveBeenCalledOnce();
  const roles = (isDevelopment: boolean) => flat(build({ isDevelopment })).map(({ role }) => role);
  expect(roles(false)).not.toContain('toggleDevTools');
  expect(roles(true)).toContain('toggleDevTools');
});

test('the dock opens things', () => {
  expect(dockTemplate(STATE, hands()).map(({ id }) => id)).toEqual(['open', 'open-folder']);
});
