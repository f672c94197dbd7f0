import type { EnginePolicy } from '../../renderer/engine/engine-policy.ts';
import type { FromEngine } from '../../renderer/engine/protocol.ts';

/** One end of a channel, as long as the main process holds it. Electron's MessagePortMain is one. */
export interface HostPort {
  postMessage(message: FromEngine): void;
  /** Messages wait in the port until then, and travel with it when it is handed on before. */
  start(): void;
  close(): void;
  once(event: 'message', listener: () => void): unknown;
  once(event: 'close', listener: () => void): unknown;
}

export interface Channel<Port> {
  readonly ui: Port;
  readonly engine: Port;
}

/** The hidden window in which the engine lives, as EngineHost sees it. */
export interface EngineWindow<Port> {
  /** Loads the engine's page. Resolves once it takes ports; rejects where it cannot be loaded. */
  load(policy: EnginePolicy): Promise<void>;
  givePort(port: Port): void;
  /** Its process ended, for `reason`. */
  onGone(listener: (reason: string) => void): void;
  onResponding(listener: (responding: boolean) => void): void;
  destroy(): void;
}

/** A window (or a reloaded page of it) that uses the engine. */
export interface UiClient<Port> {
  givePort(port: Port): void;
}
