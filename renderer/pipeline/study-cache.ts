/** Answers that were got lately, by key; the least recently used go first once all together exceed a number of bytes. */
export class StudyCache {
  readonly #limit: number;
  readonly #entries = new Map<string, { readonly answer: unknown; readonly bytes: number }>();
  #bytes = 0;

  /** @param limit in bytes */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): unknown {
    const entry = this.#entries.get(key);
    if (!entry) return null;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.answer;
  }

  /** An answer that exceeds the limit by itself is not kept. */
  set(key: string, answer: unknown): void {
    this.#drop(key);
    const bytes = bytesIn(answer);
    if (bytes > this.#limit) return;
    this.#entries.set(key, { answer, bytes });
    this.#bytes += bytes;
    while (this.#bytes > this.#limit) this.#drop(this.#entries.keys().next().value!);
  }

  #drop(key: string): void {
    this.#bytes -= this.#entries.get(key)?.bytes ?? 0;
    this.#entries.delete(key);
  }
}

/** Of all arrays in an answer of the engine; numbers beside them do not count. */
function bytesIn(answer: unknown): number {
  if (ArrayBuffer.isView(answer)) return answer.byteLength;
  if (typeof answer !== 'object' || answer === null) return 0;
  return Object.values(answer).reduce<number>((sum, part) => sum + bytesIn(part), 0);
}
