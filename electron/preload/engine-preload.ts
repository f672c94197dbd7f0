import { contextBridge } from 'electron';
import { ENGINE_BRIDGE_KEY, type EngineBridge } from '../../renderer/shell/bridge.ts';
import { forwardPorts, tell } from '../ipc/page-ipc.ts';

/** Runs in the hidden engine window before its page. */
const bridge: EngineBridge = { ready: () => tell('engine:ready') };

forwardPorts();
contextBridge.exposeInMainWorld(ENGINE_BRIDGE_KEY, bridge);
