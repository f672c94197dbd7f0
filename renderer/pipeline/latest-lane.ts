/**
 * Runs one task at a time; of those that arrive meanwhile only the latest is kept. For answers that follow a pointer:
 * none in between is worth waiting for, and none is ever worth a queue.
 */
export class LatestLane {
  #running = false;
  #waiting: (() => Promise<void>) | null = null;

  /** Runs `task` now, or after the one under way unless a newer one comes first. Tasks handle their own errors. */
  request(task: () => Promise<void>): void {
    this.#waiting = task;
    if (!this.#running) void this.#drain();
  }

  /** Drops the task that waits; the one under way runs on. */
  clear(): void {
    this.#waiting = null;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    try {
      while (this.#waiting) {
        const task = this.#waiting;
        this.#waiting = null;
        await task();
      }
    } finally {
      this.#running = false;
    }
  }
}
