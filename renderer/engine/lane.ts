/**
 * One at a time, first come first served. onnxruntime-web's WebGPU provider hangs for good when two runs overlap, so there
 * is one lane for everything that makes a session or runs one.
 */
export class Lane<Job> {
  readonly #waiting: Job[] = [];
  #active: Job | null = null;

  get active(): Job | null {
    return this.#active;
  }

  get waiting(): readonly Job[] {
    return this.#waiting;
  }

  add(job: Job): void {
    this.#waiting.push(job);
  }

  /** In front of the first waiting job that `isBehind`, and behind all before it. */
  addAheadOf(isBehind: (job: Job) => boolean, job: Job): void {
    const at = this.#waiting.findIndex(isBehind);
    this.#waiting.splice(at === -1 ? this.#waiting.length : at, 0, job);
  }

  /** The next job becomes the active one; null where there is none or one is active. */
  next(): Job | null {
    if (this.#active !== null) return null;
    this.#active = this.#waiting.shift() ?? null;
    return this.#active;
  }

  finish(): void {
    this.#active = null;
  }

  /** Back to the head of the queue, to be run again. */
  retry(): void {
    if (this.#active !== null) this.#waiting.unshift(this.#active);
    this.#active = null;
  }

  /** Takes waiting jobs out. */
  remove(matches: (job: Job) => boolean): readonly Job[] {
    const removed = this.#waiting.filter(matches);
    const kept = this.#waiting.filter((job) => !removed.includes(job));
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    return removed;
  }
}
