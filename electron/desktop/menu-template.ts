import type { MenuItemConstructorOptions as Item } from 'electron';
import type { RecentFile } from '../../renderer/shell/desktop.ts';
import type { MenuCommand } from '../../renderer/shell/menu-commands.ts';
import type { Settings } from '../../renderer/shell/settings.ts';

/** All that the menus depend on. */
export interface MenuState {
  readonly platform: NodeJS.Platform;
  /** What the page in front can do just now. */
  readonly offered: ReadonlySet<MenuCommand>;
  readonly theme: Settings['theme'];
  readonly device: Settings['device'];
  readonly recents: readonly RecentFile[];
  /** For whoever works on the app itself. */
  readonly isDevelopment: boolean;
}

export interface MenuHands {
  run(command: MenuCommand): void;
  openRecent(id: string): void;
  clearRecent(): void;
  showLogs(): void;
}

/** These work without a page too: where there is none, one is opened first. */
const ALWAYS: ReadonlySet<MenuCommand> = new Set([
  'open',
  'open-folder',
  'import',
  'recipe',
  'about',
  'licences',
  'shortcuts',
]);

/**
 * The menus of the app. What they do in a page is named by ids of the page's own action table, and greyed where the page does not
 * offer it; Mac menus have the places that Mac users look in.
 */
export function menuTemplate(state: MenuState, hands: MenuHands): Item[] {
  const isMac = state.platform === 'darwin';
  const make = makerOf(state, hands);
  return [
    ...(isMac ? [appMenu(make)] : []),
    fileMenu(state, hands, make, isMac),
    editMenu(make, isMac),
    viewMenu(state, make),
    engineMenu(make),
    windowMenu(isMac),
    helpMenu(hands, make, isMac),
  ];
}

/** The menu of the Mac's dock icon; its own items, windows and recent documents come from the system. */
export function dockTemplate(state: MenuState, hands: MenuHands): Item[] {
  const make = makerOf(state, hands);
  return [make('open', 'Open Images…'), make('open-folder', 'Open Folder…')];
}

const LINE: Item = { type: 'separator' };

type Make = (command: MenuCommand, label: string, options?: Item) => Item;

function makerOf({ offered, theme, device }: MenuState, hands: MenuHands): Make {
  return (command, label, options = {}) => ({
    id: command,
    label,
    enabled: offered.has(command) || ALWAYS.has(command),
    click: () => hands.run(command),
    ...(options.accelerator !== undefined && {
      // The page has the key already; the menu shows it. A Mac asks the page first by itself.
      registerAccelerator: false,
    }),
    ...(options.type === 'radio' && { checked: command === `theme-${theme}` || command === `device-${device}` }),
    ...options,
  });
}

function appMenu(make: Make): Item {
  return {
    role: 'appMenu',
    label: 'CvT Lens',
    submenu: [
      make('about', 'About CvT Lens'),
      make('new-version', 'Is There a New Version?'),
      LINE,
      { role: 'services' },
      LINE,
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      LINE,
      { role: 'quit' },
    ],
  };
}

function fileMenu(state: MenuState, hands: MenuHands, make: Make, isMac: boolean): Item {
  return {
    label: '&File',
    submenu: [
      make('open', 'Open Images…', { accelerator: 'CmdOrCtrl+O' }),
      make('open-folder', 'Open Folder…'),
      { label: 'Open Recent', id: 'recent', submenu: recentItems(state, hands) },
      LINE,
      make('import', 'Import Model…'),
      make('recipe', 'Open Recipe…'),
      LINE,
      {
        label: 'Export',
        id: 'exports',
        submenu: [
          make('export-png', 'Figure as PNG', { accelerator: 'CmdOrCtrl+S' }),
          make('export-svg', 'Figure as SVG'),
          make('export-array', 'Values as .npy'),
          make('export-recipe', 'Recipe of This View'),
          LINE,
          make('export', 'Choose What to Export…'),
        ],
      },
      LINE,
      { role: 'close' },
      ...(isMac ? [] : [LINE, { role: 'quit' } as const]),
    ],
  };
}

function recentItems({ recents }: MenuState, hands: MenuHands): Item[] {
  if (recents.length === 0) return [{ label: 'Nothing Opened Yet', enabled: false }];
  return [
    ...recents.map(({ id, title }) => ({
      id: `recent-${id}`,
      // An ampersand would mark a key.
      label: title.replaceAll('&', '&&'),
      click: () => hands.openRecent(id),
    })),
    LINE,
    { id: 'recent-clear', label: 'Clear This List', click: () => hands.clearRecent() },
  ];
}

function editMenu(make: Make, isMac: boolean): Item {
  return {
    label: '&Edit',
    submenu: [
      { role: 'undo' },
      { role: 'redo' },
      LINE,
      { role: 'cut' },
      { role: 'copy' },
      { role: 'paste' },
      ...(isMac ? [] : [{ role: 'delete' } as const]),
      { role: 'selectAll' },
      LINE,
      make('export-copy', 'Copy the Figure'),
      make('undo', 'Bring Removed Pictures Back'),
      make('remove-all', 'Remove All Pictures'),
      LINE,
      make('palette', 'Search Everything…', { accelerator: 'CmdOrCtrl+K' }),
    ],
  };
}

function viewMenu({ isDevelopment }: MenuState, make: Make): Item {
  return {
    label: '&View',
    submenu: [
      make('screen-inspect', 'Inspect'),
      make('screen-compare', 'Compare'),
      make('screen-evaluate', 'Evaluate'),
      make('screen-models', 'Models'),
      LINE,
      {
        label: 'Theme',
        id: 'theme',
        submenu: [
          make('theme-system', 'Follow the System', { type: 'radio' }),
          make('theme-light', 'Light', { type: 'radio' }),
          make('theme-dark', 'Dark', { type: 'radio' }),
        ],
      },
      LINE,
      { role: 'zoomIn', label: 'Larger Text and Controls' },
      // The plus sign without Shift, where the two share a key.
      { role: 'zoomIn', accelerator: 'CommandOrControl+=', visible: false, acceleratorWorksWhenHidden: true },
      { role: 'zoomOut', label: 'Smaller Text and Controls' },
      { role: 'resetZoom', label: 'Normal Size' },
      LINE,
      { role: 'togglefullscreen' },
      ...(isDevelopment ? ([LINE, { role: 'reload' }, { role: 'toggleDevTools' }] as const) : []),
    ],
  };
}

function engineMenu(make: Make): Item {
  return {
    label: 'E&ngine',
    submenu: [
      make('device-auto', 'Choose the Device Automatically', { type: 'radio' }),
      make('device-webgpu', 'WebGPU', { type: 'radio' }),
      make('device-wasm', 'CPU', { type: 'radio' }),
      LINE,
      make('engine-restart', 'Start the Engine Again'),
    ],
  };
}

function windowMenu(isMac: boolean): Item {
  return {
    role: 'window',
    label: '&Window',
    submenu: [
      { role: 'minimize' },
      ...(isMac ? ([{ role: 'zoom' }, LINE, { role: 'front' }] as const) : ([{ role: 'close' }] as const)),
    ],
  };
}

function helpMenu(hands: MenuHands, make: Make, isMac: boolean): Item {
  return {
    role: 'help',
    label: '&Help',
    submenu: [
      make('shortcuts', 'Keyboard and Pointer'),
      make('website', 'Website'),
      make('paper', 'The CvT Paper'),
      LINE,
      make('diagnostics', 'Copy Diagnostics'),
      { id: 'logs', label: 'Show the Log Files', click: () => hands.showLogs() },
      LINE,
      make('licences', 'Licences of All Parts'),
      ...(isMac ? [] : [make('new-version', 'Is There a New Version?'), make('about', 'About CvT Lens')]),
    ],
  };
}
