import { BrowserWindow, type MessagePortMain, type WebContents } from 'electron';
import { policyQuery } from '../../renderer/engine/engine-policy.ts';
import type { Diagnostics } from '../diagnostics/diagnostics.ts';
import type { EngineWindow } from '../engine/engine-window.ts';
import { PORT_CHANNEL } from '../ipc/contract.ts';
import { onNotice } from '../ipc/main-ipc.ts';
import { APP_ORIGIN } from '../protocol/app-origin.ts';
import { pagePreferences } from './page-preferences.ts';
import { setRole } from './window-roles.ts';

const readyListeners = new WeakMap<WebContents, () => void>();

/** Once, before the first engine window: its page says when it takes ports. */
export function listenForEngines(): void {
  onNotice('engine:ready', 'engine', (contents) => readyListeners.get(contents)?.());
}

/** A hidden window for the engine. Its timers must run at full speed although nobody sees it. */
export function createEngineWindow(root: string, diagnostics: Pick<Diagnostics, 'log'>): EngineWindow<MessagePortMain> {
  const window = new BrowserWindow({
    show: false,
    title: 'CvT Lens engine',
    webPreferences: { ...pagePreferences(root, 'engine-preload'), backgroundThrottling: false },
  });
  const contents = window.webContents;
  setRole(contents, 'engine');
  // Nobody sees this window's console.
  contents.on('console-message', ({ level, message }) => {
    if (level === 'error' || level === 'warning') diagnostics.log(level, 'engine window', message);
  });
  return {
    async load(policy) {
      const ready = new Promise<void>((resolve) => {
        readyListeners.set(contents, resolve);
      });
      await window.loadURL(`${APP_ORIGIN}/engine.html?${policyQuery(policy)}`);
      await ready;
    },
    givePort: (port) => contents.postMessage(PORT_CHANNEL, null, [port]),
    onGone(listener) {
      contents.on('render-process-gone', (_event, { reason, exitCode }) => listener(`${reason}, code ${exitCode}`));
    },
    onResponding(listener) {
      contents.on('unresponsive', () => listener(false));
      contents.on('responsive', () => listener(true));
    },
    destroy() {
      if (!window.isDestroyed()) window.destroy();
    },
  };
}
