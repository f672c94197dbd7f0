import { webUtils } from 'electron';
import type { DesktopBridge } from '../../renderer/shell/bridge.ts';
import { ask, hear } from '../ipc/page-ipc.ts';
import { placesOf } from './places-of.ts';

/** Menus, files from the system and recent files for the page of a UI window. */
export const desktopBridge: DesktopBridge = {
  onCommand: (listener) => hear('menu:command', listener),
  offer: (commands) => ask('menu:offer', commands),
  onGiven: (listener) => hear('files:given', () => listener()),
  takeGiven: () => ask('files:take'),
  toLibrary: (id) => ask('files:to-library', id),
  recents: () => ask('recent:list'),
  onRecents: (listener) => hear('recent:changed', listener),
  openRecent: (id) => ask('recent:open', id),
  clearRecents: () => ask('recent:clear'),
  noteRecents: (files) =>
    ask(
      'recent:note',
      placesOf(files, (file) => webUtils.getPathForFile(file)),
    ),
};
