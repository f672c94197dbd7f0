/** What was done longer ago than this says little about the next minutes: other programs come and go. */
const WINDOW_MS = 60_000;
const SHORTEST_MS = 500;

/** How fast counted work goes, over the last minute. */
export class Rate {
  #samples: { readonly at: number; readonly done: number }[];

  /** @param now in milliseconds, of a clock that never goes back */
  constructor(now: number, done: number) {
    this.#samples = [{ at: now, done }];
  }

  update(now: number, done: number): void {
    const before = this.#samples.at(-2);
    if (before !== undefined && now - before.at < SHORTEST_MS) this.#samples.pop();
    this.#samples.push({ at: now, done });
    while (this.#samples.length > 2 && now - this.#samples[1]!.at > WINDOW_MS) this.#samples.shift();
  }

  /** Null before there is anything to say. */
  get perSecond(): number | null {
    const first = this.#samples[0]!;
    const last = this.#samples.at(-1)!;
    const elapsed = last.at - first.at;
    if (elapsed < SHORTEST_MS || last.done === first.done) return null;
    return ((last.done - first.done) / elapsed) * 1000;
  }

  secondsLeft(total: number): number | null {
    const speed = this.perSecond;
    return speed === null ? null : (total - this.#samples.at(-1)!.done) / speed;
  }
}
