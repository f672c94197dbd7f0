import type { DeviceReport, EnginePort, FromEngine, ModelRef, PictureRef } from '../../renderer/engine/protocol.ts';
import type { FromWorker, ToWorker, WorkerHandle, WorkerRequest } from '../../renderer/engine/worker-protocol.ts';

type Listener = (event: MessageEvent) => void;

/** One end of a channel that delivers at once, in order, as structured clones. */
export class FakePort implements EnginePort {
  readonly #listeners = { message: new Set<Listener>(), close: new Set<Listener>() };
  #queue: unknown[] = [];
  #started = false;
  #closed = false;
  other: FakePort | null = null;

  postMessage(message: unknown): void {
    if (!this.#closed) this.other?.deliver(structuredClone(message));
  }

  addEventListener(type: 'message' | 'close', listener: Listener): void {
    this.#listeners[type].add(listener);
  }

  removeEventListener(type: 'message' | 'close', listener: Listener): void {
    this.#listeners[type].delete(listener);
  }

  start(): void {
    this.#started = true;
    const queue = this.#queue;
    this.#queue = [];
    for (const data of queue) this.deliver(data);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.other?.ended();
  }

  deliver(data: unknown): void {
    if (this.#closed) return;
    if (!this.#started) this.#queue.push(data);
    else for (const listener of [...this.#listeners.message]) listener(new MessageEvent('message', { data }));
  }

  ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of [...this.#listeners.close]) listener(new MessageEvent('close'));
  }
}

export function fakeChannel(): readonly [FakePort, FakePort] {
  const left = new FakePort();
  const right = new FakePort();
  left.other = right;
  right.other = left;
  return [left, right];
}

/** A port whose other end writes down what arrives, and can speak. */
export class Listening {
  readonly port: FakePort;
  readonly heard: FromEngine[] = [];
  readonly #far: FakePort;

  constructor() {
    [this.port, this.#far] = fakeChannel();
    this.#far.addEventListener('message', (event) => this.heard.push(event.data));
    this.#far.start();
  }

  say(message: unknown): void {
    this.#far.postMessage(message);
  }

  hangUp(): void {
    this.#far.close();
  }

  /** What was heard about request `id`, as `phase`s, `answer` or error codes. */
  about(id: number): readonly string[] {
    return this.heard.flatMap((message) => {
      if (message.type === 'state' || message.id !== id) return [];
      if (message.type === 'progress') return [message.progress.phase];
      return [message.type === 'error' ? message.error.code : 'answer'];
    });
  }

  get states(): readonly string[] {
    return this.heard.flatMap((message) => (message.type === 'state' ? [message.state.kind] : []));
  }
}

export const WASM: DeviceReport = {
  preference: 'auto',
  provider: 'wasm',
  adapter: null,
  threads: 2,
  fallbackReason: null,
  runtime: 'fake 1.0',
  precisions: ['fp32', 'int8'],
};
export const WEBGPU: DeviceReport = { ...WASM, provider: 'webgpu', adapter: 'fake adapter' };

/** A Worker that says only what the test makes it say. */
export class FakeWorker implements WorkerHandle {
  readonly received: ToWorker[] = [];
  terminated = false;
  #onMessage: (data: unknown) => void = () => {};
  #onError: (reason: string) => void = () => {};

  postMessage(message: ToWorker): void {
    if (!this.terminated) this.received.push(message);
  }

  onMessage(listener: (data: unknown) => void): void {
    this.#onMessage = listener;
  }

  onError(listener: (reason: string) => void): void {
    this.#onError = listener;
  }

  terminate(): void {
    this.terminated = true;
  }

  /** Speaks even after its end, as messages under way do. */
  say(message: FromWorker): void {
    this.#onMessage(message);
  }

  die(reason: string): void {
    this.#onError(reason);
  }

  get requests(): readonly WorkerRequest[] {
    return this.received.filter((message) => message.type === 'request');
  }

  get last(): WorkerRequest {
    const request = this.requests.at(-1);
    if (!request) throw new Error('The fake Worker was asked nothing.');
    return request;
  }
}

export function modelRef(id: string): ModelRef {
  return {
    id,
    title: `Model ${id}`,
    weights: { kind: 'url', url: `/models/${id}.safetensors` },
    spec: null,
    activation: null,
    preprocessing: { height: 64, width: 64, resize: { mode: 'stretch' }, mean: [0, 0, 0], std: [1, 1, 1] },
  };
}

export function pictureRef(name: string): PictureRef {
  return { name, bytes: new Blob(['picture']) };
}
