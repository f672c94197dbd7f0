import { BrowserWindow, type MessagePortMain, type WebContents } from 'electron';
import type { MenuCommand } from '../../renderer/shell/menu-commands.ts';
import type { EngineHost } from '../engine/engine-host.ts';
import type { UiClient } from '../engine/engine-window.ts';
import { PORT_CHANNEL, type TidingChannel, type Tidings } from '../ipc/contract.ts';
import { onNotice } from '../ipc/main-ipc.ts';
import { roleOf } from './window-roles.ts';

/** Gives each UI window that asks a port to the engine, a reloaded page a new one. */
export function connectUiWindows(host: EngineHost<MessagePortMain>): void {
  const clients = new WeakMap<WebContents, UiClient<MessagePortMain>>();
  onNotice('engine:connect', 'ui', (contents) => {
    let client = clients.get(contents);
    if (client === undefined) {
      const made: UiClient<MessagePortMain> = {
        givePort: (port) => contents.postMessage(PORT_CHANNEL, null, [port]),
      };
      contents.once('destroyed', () => host.disconnect(made));
      clients.set(contents, made);
      client = made;
    }
    host.connect(client);
  });
}

/** Tells all of them something. */
export function tellUiWindows<Channel extends TidingChannel>(channel: Channel, tidings: Tidings[Channel]): void {
  for (const { webContents } of uiWindows()) webContents.send(channel, tidings);
}

/**
 * Hands a command of the menus to the page in front. A page may open a file dialog and write to the clipboard only on a user's
 * action, and the choice in a menu is one that it does not see: hence the gesture.
 */
export function sendCommand(command: MenuCommand): void {
  const window = BrowserWindow.getFocusedWindow();
  const front = uiWindows().find((each) => each === window) ?? uiWindows()[0];
  if (front === undefined) return;
  const contents = front.webContents;
  // A page that is just being closed needs no command.
  contents.executeJavaScript('undefined', true).then(
    () => contents.send('menu:command' satisfies TidingChannel, command),
    () => {},
  );
}

/** The windows that a user sees; the engine's is none of them. */
export function uiWindows(): BrowserWindow[] {
  return BrowserWindow.getAllWindows().filter((window) => roleOf(window.webContents) === 'ui');
}
