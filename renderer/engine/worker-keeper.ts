import { EngineError, type EngineErrorCode, fromErrorMessage, toErrorMessage } from '../../models/errors.ts';
import { type EnginePolicy, FREE_POLICY } from './engine-policy.ts';
import { parseFromWorker } from './messages.ts';
import { STARTING } from './pace.ts';
import type { DevicePreference, DeviceReport, EngineState } from './protocol.ts';
import { type Patience, Watchdog } from './watchdog.ts';
import type { FromWorker, ToWorker, WorkerHandle } from './worker-protocol.ts';

/** Waits before the first, second, … restart in a row; after the last the engine counts as failed. Milliseconds. */
export const BACKOFF_MS = [0, 1_000, 4_000, 10_000] as const;
/** With `auto`, this many failures in a row on WebGPU and the next start is on the CPU. */
const GPU_FAILURES = 2;

/** Starting again would end the same way. */
const FINAL: ReadonlySet<string> = new Set<EngineErrorCode>(['engine-no-webgpu', 'engine-wrong-numbers']);

export type WorkMessage = Extract<FromWorker, { readonly id: number }>;

export interface KeeperEvents {
  /** The engine's state changed. */
  onState(state: EngineState): void;
  onMessage(message: WorkMessage): void;
  /**
   * The Worker is gone, with everything it held and was asked.
   * @param fault null where it was ended on purpose
   */
  onGone(reason: string, fault: EngineError | null): void;
  onSpawn(): void;
}

/** Keeps one Worker alive: starts it, watches it, ends and replaces it when it does not answer. */
export class WorkerKeeper {
  readonly #spawn: () => WorkerHandle;
  readonly #events: KeeperEvents;
  readonly #watchdog = new Watchdog((reason) => this.#fail(new EngineError('engine-crashed', reason), true));
  #worker: WorkerHandle | null = null;
  #device: DeviceReport | null = null;
  #backoff: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  #gpuFailures = 0;
  readonly #policy: EnginePolicy;
  #avoidWebgpu: string | null;
  #preference: DevicePreference;
  #threads: number | null = null;

  constructor(spawn: () => WorkerHandle, events: KeeperEvents, policy: EnginePolicy = FREE_POLICY) {
    this.#spawn = spawn;
    this.#events = events;
    this.#policy = policy;
    this.#avoidWebgpu = policy.avoidWebgpu;
    this.#preference = policy.preference;
  }

  /** What the Worker runs on; null unless it is ready. */
  get device(): DeviceReport | null {
    return this.#device;
  }

  /** Starts the Worker if there is none, after a failure too: whoever asks again may have mended something. */
  wake(): void {
    if (this.#worker !== null || this.#backoff !== undefined) return;
    this.#start({ kind: 'starting' });
  }

  /** Answers whether this is a change; then the Worker, if there is one, is replaced. */
  configure(preference: DevicePreference, threads: number | null): boolean {
    if (preference === this.#preference && threads === this.#threads) return false;
    this.#preference = preference;
    this.#threads = threads;
    this.#failures = 0;
    this.#gpuFailures = 0;
    this.#avoidWebgpu = this.#policy.avoidWebgpu;
    if (this.#worker !== null || this.#backoff !== undefined) this.replace('The device was changed.');
    return true;
  }

  send(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }

  watch(patience: Patience): void {
    this.#watchdog.watch(patience);
  }

  rest(): void {
    this.#watchdog.rest();
  }

  /** A request was answered: earlier failures were not the start of a series. */
  provedWell(): void {
    this.#failures = 0;
    this.#gpuFailures = 0;
  }

  /** Ends the Worker on purpose and starts another. */
  replace(reason: string): void {
    this.#end();
    this.#events.onGone(reason, null);
    this.#start({ kind: 'restarting', reason });
  }

  stop(): void {
    this.#end();
  }

  #start(state: EngineState): void {
    this.#backoff = undefined;
    const worker = this.#spawn();
    this.#worker = worker;
    // A Worker that was replaced may still have messages under way.
    worker.onMessage((data) => worker === this.#worker && this.#receive(data));
    worker.onError(
      (reason) =>
        worker === this.#worker && this.#fail(new EngineError('engine-crashed', `The engine stopped: ${reason}`)),
    );
    this.#watchdog.watch(STARTING);
    this.#events.onSpawn();
    this.#events.onState(state);
    worker.postMessage({
      type: 'start',
      preference: this.#preference,
      threads: this.#threads,
      avoidWebgpu: this.#avoidWebgpu,
    });
  }

  #receive(data: unknown): void {
    const message = parseFromWorker(data);
    if (message === null) return;
    this.#watchdog.heard();
    switch (message.type) {
      case 'heartbeat':
        break;
      case 'ready':
        this.#watchdog.rest();
        this.#device = message.device;
        this.#events.onState({ kind: 'ready', device: message.device });
        break;
      case 'broken': {
        const error = fromErrorMessage(message.error);
        this.#fail(error instanceof EngineError ? error : new EngineError('engine-crashed', error.message));
        break;
      }
      default:
        this.#events.onMessage(message);
    }
  }

  #fail(error: EngineError, frozen = false): void {
    const wasReady = this.#device !== null;
    const onGpu = this.#device?.provider === 'webgpu' || (!wasReady && this.#preference !== 'wasm');
    this.#end();
    this.#failures += 1;
    // A start that hangs takes minutes to be noticed; once is enough.
    if (onGpu) this.#gpuFailures += frozen && !wasReady ? GPU_FAILURES : 1;
    if (this.#preference === 'auto' && this.#avoidWebgpu === null && this.#gpuFailures >= GPU_FAILURES) {
      this.#avoidWebgpu = `WebGPU failed repeatedly (${error.message}); using the CPU.`;
      this.#failures = 1;
    }
    this.#events.onGone(error.message, error);
    const wait = BACKOFF_MS[this.#failures - 1];
    if (FINAL.has(error.code) || wait === undefined) {
      // One more try for whoever asks again, not a whole series.
      this.#failures = BACKOFF_MS.length;
      this.#events.onState({ kind: 'failed', error: toErrorMessage(error) });
      return;
    }
    const state: EngineState = { kind: 'restarting', reason: error.message };
    this.#events.onState(state);
    this.#backoff = setTimeout(() => this.#start(state), wait);
  }

  #end(): void {
    clearTimeout(this.#backoff);
    this.#backoff = undefined;
    this.#watchdog.rest();
    this.#worker?.terminate();
    this.#worker = null;
    this.#device = null;
  }
}
