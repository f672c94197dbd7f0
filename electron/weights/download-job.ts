import { toErrorMessage } from '../../models/errors.ts';
import type { ModelState } from '../../renderer/shell/library-entry.ts';
import type { FetchEvents } from './fetch-model.ts';
import type { InstalledModel } from './library-event.ts';
import { SpeedMeter } from './speed-meter.ts';

/** Progress is told this often; a change of another kind at once. */
const TELL_EVERY_MS = 200;

/** One download from its request to its end, whatever that is, and how it stands. */
export class DownloadJob {
  readonly id: string;
  /** Rejects with CancelledError where it was paused or cancelled. */
  readonly done: Promise<InstalledModel>;
  readonly #controller = new AbortController();
  readonly #changed: () => void;
  #state: ModelState = { kind: 'queued', received: 0, total: null };
  #meter: SpeedMeter | null = null;
  #toldAt = 0;

  /**
   * @param work begins once the constructor has returned
   * @param changed called when {@link state} is another
   */
  constructor(id: string, work: (job: DownloadJob) => Promise<InstalledModel>, changed: () => void) {
    this.id = id;
    this.#changed = changed;
    this.done = Promise.resolve().then(() => work(this));
  }

  get state(): ModelState {
    return this.#state;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Ends it as soon as it can be; {@link done} tells when it has. What has arrived is kept. */
  stop(): void {
    this.#controller.abort();
  }

  readonly events: FetchEvents = {
    received: (received, total) => {
      const now = performance.now();
      if (this.#state.kind !== 'downloading' || this.#state.retry !== null || this.#meter === null)
        this.#meter = new SpeedMeter(now, received);
      this.#meter.update(now, received);
      const { bytesPerSecond } = this.#meter;
      const secondsLeft = this.#meter.secondsLeft(total);
      this.#become({ kind: 'downloading', received, total, bytesPerSecond, secondsLeft, retry: null });
    },
    checking: (checked, total) => this.#become({ kind: 'verifying', checked, total }),
    waiting: (error, ms) => {
      const { received, total } = this.#state.kind === 'downloading' ? this.#state : { received: 0, total: null };
      const retry = { reason: toErrorMessage(error), at: Date.now() + ms };
      this.#become({ kind: 'downloading', received, total, bytesPerSecond: null, secondsLeft: null, retry });
    },
  };

  #become(state: ModelState): void {
    const now = performance.now();
    const another = state.kind !== this.#state.kind || waits(state) !== waits(this.#state);
    this.#state = state;
    if (!another && now - this.#toldAt < TELL_EVERY_MS) return;
    this.#toldAt = now;
    this.#changed();
  }
}

function waits(state: ModelState): boolean {
  return state.kind === 'downloading' && state.retry !== null;
}
