import { CancelledError, EngineError, fromErrorMessage, toErrorMessage } from '../../models/errors.ts';
import type { CallOptions, Engine } from './engine.ts';
import { parseFromEngine } from './messages.ts';
import type { EngineCall, EngineCalls, EnginePort, EngineRequest, EngineState, FromEngine } from './protocol.ts';

/**
 * Gives every port that leads to the engine, the first and each later one after a restart; the answer ends it. Called again, it
 * asks for another port.
 */
export type ConnectEngine = (onPort: (port: EnginePort) => void) => () => void;

/** An engine that is started again brings its new port by itself within this time; after it we ask. Milliseconds. */
export const NEW_PORT_WAIT_MS = 3_000;
/** Ports in a row that ended without an engine behind them. A host that starts an engine again and again gives up before. */
export const MOST_LOST_PORTS = 8;

interface Pending {
  readonly request: EngineRequest;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: CallOptions['onProgress'];
  /** Takes the listener off the caller's signal. */
  readonly release: () => void;
}

/**
 * {@link Engine} over ports. A new port means a new engine behind it: what is in flight is asked again. A port that ends without a
 * successor is asked for anew.
 */
export class EngineClient implements Engine {
  readonly #connect: () => () => void;
  #disconnect: () => void;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(state: EngineState) => void>();
  #port: EnginePort | null = null;
  #wasConnected = false;
  #lostPorts = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #state: EngineState = { kind: 'starting' };
  #nextId = 1;
  #closed = false;

  constructor(connect: ConnectEngine) {
    this.#connect = () => connect((port) => this.#attach(port));
    this.#disconnect = this.#connect();
  }

  call<Call extends EngineCall>(
    call: Call,
    argument: EngineCalls[Call]['argument'],
    options: CallOptions = {},
  ): Promise<EngineCalls[Call]['answer']> {
    const { signal, onProgress } = options;
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closedError();
      if (signal?.aborted) throw new CancelledError();
      const id = this.#nextId++;
      const cancel = () => {
        this.#settle(id)?.reject(new CancelledError());
        this.#port?.postMessage({ type: 'cancel', id });
      };
      signal?.addEventListener('abort', cancel, { once: true });
      // `call` and `argument` belong together by this method's own signature.
      const request = { type: 'request', id, call, argument } as EngineRequest;
      const release = () => signal?.removeEventListener('abort', cancel);
      this.#pending.set(id, { request, resolve, reject, onProgress, release });
      if (this.#port !== null) this.#port.postMessage(request);
      // Whoever asks after that may have mended something.
      else if (this.#lostPorts >= MOST_LOST_PORTS) this.#reconnect();
    });
  }

  onState(listener: (state: EngineState) => void): () => void {
    this.#listeners.add(listener);
    listener(this.#state);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#waiting);
    this.#detach();
    this.#disconnect();
    this.#rejectAll(closedError());
    this.#listeners.clear();
  }

  #attach(port: EnginePort): void {
    if (this.#closed) {
      port.close();
      return;
    }
    clearTimeout(this.#waiting);
    this.#detach();
    this.#port = port;
    const again = this.#wasConnected;
    this.#wasConnected = true;
    if (again) this.#setState({ kind: 'restarting', reason: 'The engine was started again.' });
    port.addEventListener('message', this.#onMessage);
    port.addEventListener('close', this.#onClose);
    port.start();
    for (const { request } of this.#pending.values()) port.postMessage(request);
  }

  #detach(): void {
    if (!this.#port) return;
    this.#port.removeEventListener('message', this.#onMessage);
    this.#port.removeEventListener('close', this.#onClose);
    this.#port.postMessage({ type: 'close' });
    this.#port.close();
    this.#port = null;
  }

  readonly #onClose = (): void => {
    this.#detach();
    this.#lostPorts += 1;
    if (this.#lostPorts >= MOST_LOST_PORTS) {
      this.#setState({ kind: 'failed', error: toErrorMessage(lostError()) });
      this.#rejectAll(lostError());
      return;
    }
    this.#setState({ kind: 'restarting', reason: 'The connection to the engine was lost.' });
    this.#waiting = setTimeout(() => this.#reconnect(), NEW_PORT_WAIT_MS);
  };

  #reconnect(): void {
    this.#disconnect();
    this.#disconnect = this.#connect();
  }

  readonly #onMessage = (event: MessageEvent): void => {
    const message = parseFromEngine(event.data);
    if (message !== null && isFromRunningEngine(message)) this.#lostPorts = 0;
    switch (message?.type) {
      case 'state':
        this.#setState(message.state);
        // Where no engine is left to answer one by one (Electron's main process speaks for a window that is gone), this ends
        // what is in flight.
        if (message.state.kind === 'failed') this.#rejectAll(fromErrorMessage(message.state.error));
        break;
      case 'progress':
        this.#pending.get(message.id)?.onProgress?.(message.progress);
        break;
      case 'answer':
        // An answer's type follows from its request's call, which the engine received from here.
        this.#settle(message.id)?.resolve(message.answer as never);
        break;
      case 'error':
        this.#settle(message.id)?.reject(fromErrorMessage(message.error));
        break;
    }
  };

  /** Takes a request out; undefined for one that was settled or cancelled before, whose late answer is dropped. */
  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.release();
    return pending;
  }

  #rejectAll(error: Error): void {
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(error);
  }

  #setState(state: EngineState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener(state);
  }
}

/** Not of a host that speaks for an engine which is on its way. */
function isFromRunningEngine(message: FromEngine): boolean {
  return message.type !== 'state' || message.state.kind === 'ready';
}

function lostError(): EngineError {
  return new EngineError(
    'engine-closed',
    'The connection to the engine was lost and does not come back. Try again, or reload the window.',
  );
}

function closedError(): EngineError {
  return new EngineError('engine-closed', 'The connection to the engine is closed. Reload the window.');
}
