import { withoutOrders } from '../../models/bytes/printable.ts';

/** Where there is no terminal to write over, a line this often. */
const LINE_EVERY_MS = 5_000;

/** One line on stderr that is written over where stderr is a terminal, and repeated now and then where it is not. */
export class StatusLine {
  readonly #name: string;
  readonly #terminal = process.stderr.isTTY === true;
  #open = false;
  #last = '';
  #lastKind = '';
  #lastAt = Number.NEGATIVE_INFINITY;

  /** @param name of what goes on, before each text */
  constructor(name: string) {
    this.#name = withoutOrders(name);
  }

  /** @param kind another one than the last is written at once */
  show(words: string, kind: string): void {
    const text = withoutOrders(words);
    const now = performance.now();
    if (this.#terminal) {
      process.stderr.write(`\r\u001b[K${this.#name}: ${text}`);
      this.#open = true;
    } else if (text !== this.#last && (kind !== this.#lastKind || now - this.#lastAt >= LINE_EVERY_MS)) {
      process.stderr.write(`${this.#name}: ${text}\n`);
      this.#lastAt = now;
    }
    this.#last = text;
    this.#lastKind = kind;
  }

  /** Clears the line, and leaves `text` in its place. */
  end(text: string | null): void {
    if (this.#open) process.stderr.write('\r\u001b[K');
    this.#open = false;
    if (text !== null) process.stderr.write(`${withoutOrders(text)}\n`);
  }
}
