import { CancelledError, EngineError, fromErrorMessage } from '../../models/errors.ts';
import type { CallOptions, Engine } from './engine.ts';
import { parseFromEngine } from './messages.ts';
import type { EngineCall, EngineCalls, EnginePort, EngineRequest, EngineState } from './protocol.ts';

/** Gives every port that leads to the engine, the first and each later one after a restart; the answer ends it. */
export type ConnectEngine = (onPort: (port: EnginePort) => void) => () => void;

interface Pending {
  readonly request: EngineRequest;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: CallOptions['onProgress'];
  /** Takes the listener off the caller's signal. */
  readonly release: () => void;
}

/** {@link Engine} over ports. A new port means a new engine behind it: what is in flight is asked again. */
export class EngineClient implements Engine {
  readonly #disconnect: () => void;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<(state: EngineState) => void>();
  #port: EnginePort | null = null;
  #state: EngineState = { kind: 'starting' };
  #nextId = 1;
  #closed = false;

  constructor(connect: ConnectEngine) {
    this.#disconnect = connect((port) => this.#attach(port));
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
      this.#port?.postMessage(request);
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
    const again = this.#port !== null;
    this.#detach();
    this.#port = port;
    if (again) this.#setState({ kind: 'restarting', reason: 'The engine was started again.' });
    port.addEventListener('message', this.#onMessage);
    port.start();
    for (const { request } of this.#pending.values()) port.postMessage(request);
  }

  #detach(): void {
    if (!this.#port) return;
    this.#port.removeEventListener('message', this.#onMessage);
    this.#port.postMessage({ type: 'close' });
    this.#port.close();
    this.#port = null;
  }

  readonly #onMessage = (event: MessageEvent): void => {
    const message = parseFromEngine(event.data);
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

function closedError(): EngineError {
  return new EngineError('engine-closed', 'The connection to the engine is closed. Reload the window.');
}
