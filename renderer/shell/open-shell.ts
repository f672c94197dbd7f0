import { EngineClient } from '../engine/client.ts';
import { engineOf, startEngineInPage } from '../engine/start-engine.ts';
import type { LensBridge } from './bridge.ts';
import { ElectronShell } from './electron-shell.ts';
import { onEnginePort } from './port-messages.ts';
import { ServeShell } from './serve-shell.ts';
import type { Shell } from './shell.ts';

/** The shell that this page runs in. */
export function openShell(): Shell {
  const bridge = window.cvtLens;
  return bridge === undefined
    ? new ServeShell(() => engineOf(startEngineInPage()))
    : new ElectronShell(bridge, () => connectEngineWindow(bridge));
}

/** In Electron a hidden window runs the engine for all windows; ports to it come from the main process. */
function connectEngineWindow(bridge: LensBridge): EngineClient {
  return new EngineClient((onPort) => {
    const stop = onEnginePort(window, onPort);
    bridge.requestEnginePort();
    return stop;
  });
}
