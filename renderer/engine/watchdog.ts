import { HEARTBEAT_MS } from './worker-protocol.ts';

/** How long the Worker may take, and how long it may be silent meanwhile. */
export interface Patience {
  /** What it is doing, for the message: "starting", "running the network". */
  readonly doing: string;
  /** Milliseconds from now to the end of it; null where only silence tells (a download). */
  readonly deadlineMs: number | null;
  /** Milliseconds without any sign; null where the work blocks the Worker's event loop, so that silence is not death. */
  readonly silenceMs: number | null;
}

/** A machine that slept fires every overdue timer at once, before the Worker could say a word: it gets this long to. */
export const GRACE_MS = 3 * HEARTBEAT_MS;

/** Notices a Worker that does not come to an end. */
export class Watchdog {
  readonly #onFrozen: (reason: string) => void;
  #patience: Patience | null = null;
  #deadline: ReturnType<typeof setTimeout> | undefined;
  #silence: ReturnType<typeof setTimeout> | undefined;

  constructor(onFrozen: (reason: string) => void) {
    this.#onFrozen = onFrozen;
  }

  watch(patience: Patience): void {
    this.rest();
    this.#patience = patience;
    const { doing, deadlineMs } = patience;
    if (deadlineMs !== null) this.#deadline = this.#afterGrace(deadlineMs, `was still ${doing} after`);
    this.heard();
  }

  /** Any message from the Worker is a sign of life. */
  heard(): void {
    clearTimeout(this.#silence);
    const patience = this.#patience;
    if (patience === null || patience.silenceMs === null) return;
    this.#silence = setTimeout(() => {
      this.#silence = this.#afterGrace(0, `fell silent while ${patience.doing}, for`, patience.silenceMs ?? 0);
    }, patience.silenceMs);
  }

  rest(): void {
    clearTimeout(this.#deadline);
    clearTimeout(this.#silence);
    this.#patience = null;
  }

  #afterGrace(ms: number, what: string, already = 0): ReturnType<typeof setTimeout> {
    const seconds = Math.round((ms + already + GRACE_MS) / 1000);
    return setTimeout(() => {
      this.rest();
      this.#onFrozen(`The engine ${what} ${seconds} s.`);
    }, ms + GRACE_MS);
  }
}
