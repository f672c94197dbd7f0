/**
 * What the desktop app's menus can ask of the page, by the ids of the action table (renderer/screens/frame): keys, palette and
 * menus run the same actions.
 */
export const MENU_COMMANDS = [
  'open',
  'open-folder',
  'import',
  'recipe',
  'export',
  'export-png',
  'export-svg',
  'export-array',
  'export-recipe',
  'export-copy',
  'undo',
  'remove-all',
  'palette',
  'screen-inspect',
  'screen-compare',
  'screen-evaluate',
  'screen-models',
  'theme-system',
  'theme-light',
  'theme-dark',
  'device-auto',
  'device-webgpu',
  'device-wasm',
  'engine-restart',
  'shortcuts',
  'website',
  'new-version',
  'paper',
  'diagnostics',
  'licences',
  'about',
] as const;

export type MenuCommand = (typeof MENU_COMMANDS)[number];

const known: ReadonlySet<string> = new Set(MENU_COMMANDS);

export function isMenuCommand(id: string): id is MenuCommand {
  return known.has(id);
}
