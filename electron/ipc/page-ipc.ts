import { ipcRenderer } from 'electron';
import { ENGINE_PORT_MESSAGE, type Outcome } from '../../renderer/shell/bridge.ts';
import {
  type NoticeChannel,
  PORT_CHANNEL,
  type RequestChannel,
  type Requests,
  type TidingChannel,
  type Tidings,
} from './contract.ts';

/** The one file that uses ipcRenderer. It runs in the preload scripts. */

export function ask<Channel extends RequestChannel>(
  channel: Channel,
  ...argument: Requests[Channel]['argument'] extends undefined ? [] : [Requests[Channel]['argument']]
): Promise<Outcome<unknown>> {
  return ipcRenderer.invoke(channel, ...argument);
}

export function tell(channel: NoticeChannel): void {
  ipcRenderer.send(channel);
}

/** Calls `listener` with what the main process tells, until the answer is called. */
export function hear<Channel extends TidingChannel>(
  channel: Channel,
  listener: (tidings: Tidings[Channel]) => void,
): () => void {
  const hearing = (_event: unknown, tidings: Tidings[Channel]): void => listener(tidings);
  ipcRenderer.on(channel, hearing);
  return () => ipcRenderer.off(channel, hearing);
}

/** Hands every port that comes from the main process on to the page: ports cannot pass the context bridge. */
export function forwardPorts(): void {
  ipcRenderer.on(PORT_CHANNEL, ({ ports }) => window.postMessage(ENGINE_PORT_MESSAGE, location.origin, [...ports]));
}
