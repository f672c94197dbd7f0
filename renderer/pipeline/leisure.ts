/** Between two steps that places which nobody looks at closely take after the pointer. */
const PAUSE_MS = 48;

/**
 * Turns of those who can wait, one at a time: what several of them do at once, in the middle of a moving pointer, is a frame that
 * comes late.
 */
export class Leisure {
  /** In the order in which they come. */
  readonly #waiting = new Set<() => void>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** `turn` is called once, later; who waits already keeps the place. */
  take(turn: () => void): void {
    this.#waiting.add(turn);
    this.#timer ??= setTimeout(this.#next, PAUSE_MS);
  }

  leave(turn: () => void): void {
    this.#waiting.delete(turn);
  }

  readonly #next = (): void => {
    this.#timer = null;
    const [turn] = this.#waiting;
    if (!turn) return;
    this.#waiting.delete(turn);
    // First, so that a turn that takes the next one waits like the others.
    if (this.#waiting.size > 0) this.#timer = setTimeout(this.#next, PAUSE_MS);
    turn();
  };
}

/** Of the picture that is inspected: its stages and what follows them. */
export const leisure = new Leisure();
