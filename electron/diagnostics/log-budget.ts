/** Lines that a page may have in the log at once, and how many it gets back a minute. */
const BURST = 50;
const PER_MINUTE = 30;

/**
 * How much a page may log. One that fails in a loop would otherwise push everything else out of the log, or keep the disk busy.
 */
export class LogBudget {
  readonly #now: () => number;
  #left = BURST;
  #at: number;
  #refused = 0;

  /** @param now milliseconds, monotonic */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#at = now();
  }

  /** Whether a line may be written; how many were refused before it, so that the log can say so. */
  take(): { readonly ok: false } | { readonly ok: true; readonly refused: number } {
    const now = this.#now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 60_000) * PER_MINUTE);
    this.#at = now;
    if (this.#left < 1) {
      this.#refused += 1;
      return { ok: false };
    }
    this.#left -= 1;
    const refused = this.#refused;
    this.#refused = 0;
    return { ok: true, refused };
  }
}
