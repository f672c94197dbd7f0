import type { EnginePort } from '../engine/protocol.ts';
import { ENGINE_PORT_MESSAGE } from './bridge.ts';

/**
 * Calls `listener` for every engine port that this window's own preload script hands over; the answer ends it. Messages of
 * other windows and origins are ignored: a frame or an opener could otherwise pose as the engine.
 */
export function onEnginePort(view: Window, listener: (port: EnginePort) => void): () => void {
  const accept = (event: MessageEvent<unknown>): void => {
    if (event.source !== view || event.origin !== view.location.origin || event.data !== ENGINE_PORT_MESSAGE) return;
    const [port] = event.ports;
    if (port !== undefined) listener(port);
  };
  view.addEventListener('message', accept);
  return () => view.removeEventListener('message', accept);
}
