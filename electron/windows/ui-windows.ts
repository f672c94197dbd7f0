import { BrowserWindow, type MessagePortMain, type WebContents } from 'electron';
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

/** The windows that a user sees; the engine's is none of them. */
export function uiWindows(): BrowserWindow[] {
  return BrowserWindow.getAllWindows().filter((window) => roleOf(window.webContents) === 'ui');
}
