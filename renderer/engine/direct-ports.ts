import type { EnginePort } from './protocol.ts';

/**
 * Two ends within one page. Messages are handed over as they are, after the code that sends them: a MessageChannel copies each and
 * gives each a task of its own, which a moving pointer pays for four times a step.
 */
export function directPorts(): readonly [EnginePort, EnginePort] {
  const one = new DirectPort();
  const other = new DirectPort();
  one.peer = other;
  other.peer = one;
  return [one, other];
}

type Listener = (event: MessageEvent) => void;

class DirectPort implements EnginePort {
  /** Null once either end is closed. */
  peer: DirectPort | null = null;
  readonly #listeners = { message: new Set<Listener>(), close: new Set<Listener>() };
  /** What came before the start. */
  readonly #waiting: unknown[] = [];
  #isStarted = false;
  #isClosed = false;

  addEventListener(type: 'message' | 'close', listener: Listener): void {
    this.#listeners[type].add(listener);
  }

  removeEventListener(type: 'message' | 'close', listener: Listener): void {
    this.#listeners[type].delete(listener);
  }

  postMessage(message: unknown): void {
    const { peer } = this;
    if (peer) queueMicrotask(() => peer.#receive(message));
  }

  start(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    queueMicrotask(() => {
      for (const message of this.#waiting.splice(0)) this.#tell('message', message);
    });
  }

  close(): void {
    const { peer } = this;
    this.#isClosed = true;
    this.peer = null;
    if (!peer) return;
    peer.peer = null;
    queueMicrotask(() => {
      peer.#tell('close', null);
      peer.#isClosed = true;
    });
  }

  #receive(message: unknown): void {
    // Behind what came before it, where that is still to be told.
    if (this.#isStarted && this.#waiting.length === 0) this.#tell('message', message);
    else this.#waiting.push(message);
  }

  #tell(type: 'message' | 'close', data: unknown): void {
    if (this.#isClosed) return;
    for (const listener of [...this.#listeners[type]]) listener(new MessageEvent(type, { data }));
  }
}
