import { contextBridge } from 'electron';
import { BRIDGE_KEY, type LensBridge } from '../../renderer/shell/bridge.ts';
import { ask, forwardPorts, tell } from '../ipc/page-ipc.ts';
import { desktopBridge } from './desktop-bridge.ts';
import { libraryBridge } from './library-bridge.ts';

/** Runs in every UI window before its page: the few things that the page may ask of the main process. */
const bridge: LensBridge = {
  versions: () => ask('shell:versions'),
  models: () => ask('shell:models'),
  samples: () => ask('shell:samples'),
  readSettings: () => ask('settings:read'),
  writeSettings: (change) => ask('settings:write', change),
  gpuStanding: () => ask('gpu:standing'),
  retryGpu: () => ask('gpu:retry'),
  openExternal: (url) => ask('shell:open-external', url),
  library: libraryBridge,
  desktop: desktopBridge,
  diagnostics: () => ask('diagnostics:read'),
  log: (entry) => ask('diagnostics:log', entry),
  requestEnginePort: () => tell('engine:connect'),
};

forwardPorts();
contextBridge.exposeInMainWorld(BRIDGE_KEY, bridge);
