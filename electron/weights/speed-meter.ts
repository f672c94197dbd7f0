/** The weight of a sample halves in this time: steady enough to read, quick enough to follow. */
const HALF_LIFE_MS = 3_000;
const SHORTEST_SAMPLE_MS = 250;

/** Speed of a transfer, as a moving average over time. */
export class SpeedMeter {
  #at: number;
  #bytes: number;
  #speed: number | null = null;

  /**
   * @param now in milliseconds, of a clock that never goes back
   * @param bytes where the transfer starts
   */
  constructor(now: number, bytes: number) {
    this.#at = now;
    this.#bytes = bytes;
  }

  update(now: number, bytes: number): void {
    const elapsed = now - this.#at;
    if (elapsed < SHORTEST_SAMPLE_MS) return;
    const sample = Math.max(0, ((bytes - this.#bytes) / elapsed) * 1000);
    const keep = 0.5 ** (elapsed / HALF_LIFE_MS);
    this.#speed = this.#speed === null ? sample : this.#speed * keep + sample * (1 - keep);
    this.#at = now;
    this.#bytes = bytes;
  }

  /** Null before there is anything to say. */
  get bytesPerSecond(): number | null {
    return this.#speed;
  }

  /** Null where the total or the speed is not known, or nothing moves. */
  secondsLeft(total: number | null): number | null {
    if (total === null || this.#speed === null || this.#speed < 1) return null;
    return Math.max(0, (total - this.#bytes) / this.#speed);
  }
}
