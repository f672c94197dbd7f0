/** The engine has one lane: nobody in it should wait much longer than this. Milliseconds. */
const JOB_MS = 400;
/** Hundreds of small pictures a second need no larger jobs: asking costs a millisecond. */
const MOST_PICTURES = 16;

/** How many pictures to classify in one job of the engine, from how long the last ones took. */
export class JobSize {
  #pictures = 1;

  get pictures(): number {
    return this.#pictures;
  }

  /** At most twice as many as before: the first runs say little about the next. */
  took(ms: number, pictures: number): void {
    const fitting = Math.floor((JOB_MS * pictures) / Math.max(ms, 1));
    this.#pictures = Math.max(1, Math.min(MOST_PICTURES, 2 * this.#pictures, fitting));
  }

  /** Back to one. */
  shrink(): void {
    this.#pictures = 1;
  }
}
