import type { ByteRange } from '../../../models/bytes/byte-source.ts';
import { CancelledError, EngineError, LensError, reasonOf, throwIfCancelled } from '../../../models/errors.ts';

/** A server from which nothing comes for so long is taken to be gone, in milliseconds. The heartbeat goes on meanwhile. */
const STALL_MS = 60_000;

/** What is fetched, as messages name it. */
export interface Fetched {
  readonly name: string;
  readonly url: string;
}

/** The bytes of an answer as they come in. */
export class Incoming {
  readonly answer: Response;
  readonly #fetched: Fetched;
  readonly #signal: AbortSignal | undefined;
  readonly #ended: AbortController;
  #reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>> | undefined;

  private constructor(answer: Response, fetched: Fetched, signal: AbortSignal | undefined, ended: AbortController) {
    this.answer = answer;
    this.#fetched = fetched;
    this.#signal = signal;
    this.#ended = ended;
  }

  /**
   * @param range null for all
   * @throws EngineError `engine-fetch` where nothing answers; CancelledError
   */
  static async of(fetched: Fetched, range: ByteRange | null, signal?: AbortSignal): Promise<Incoming> {
    const ended = new AbortController();
    // Not cached: the browser would keep the checkpoint a second time.
    const answer = await inTime(fetched, signal, ended, () =>
      fetch(fetched.url, {
        cache: 'no-store',
        headers: range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {},
        signal: signal ? AbortSignal.any([signal, ended.signal]) : ended.signal,
      }),
    );
    return new Incoming(answer, fetched, signal, ended);
  }

  /** The next bytes; null at the end. @throws EngineError `engine-fetch`; CancelledError */
  async next(): Promise<Uint8Array<ArrayBuffer> | null> {
    const { body } = this.answer;
    if (!body) return null;
    this.#reader ??= body.getReader();
    const reader = this.#reader;
    const { value } = await inTime(this.#fetched, this.#signal, this.#ended, () => reader.read());
    return value ?? null;
  }

  /** Lets go of what has not come yet. */
  cancel(): void {
    this.#ended.abort();
  }

  /** All bytes. @throws EngineError `engine-fetch` also where there are not `length` of them; CancelledError */
  async all(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const bytes = new Uint8Array(length);
    let arrived = 0;
    for (let piece = await this.next(); piece; piece = await this.next()) {
      if (arrived + piece.byteLength <= length) bytes.set(piece, arrived);
      arrived += piece.byteLength;
    }
    if (arrived !== length) throw fetchError(this.#fetched, `${arrived} of ${length} bytes arrived`);
    return bytes;
  }
}

async function inTime<T>(
  fetched: Fetched,
  signal: AbortSignal | undefined,
  ended: AbortController,
  work: () => Promise<T>,
): Promise<T> {
  throwIfCancelled(signal);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(fetchError(fetched, `nothing came for ${STALL_MS / 1000} s. Is the app still running?`));
      ended.abort();
    }, STALL_MS);
  });
  try {
    return await Promise.race([work(), stalled]);
  } catch (error) {
    if (signal?.aborted) throw new CancelledError();
    throw error instanceof LensError ? error : fetchError(fetched, reasonOf(error));
  } finally {
    clearTimeout(timer);
  }
}

export function refused(fetched: Fetched, { status, statusText }: Response): EngineError {
  return fetchError(fetched, `the server answered ${status} ${statusText}`.trim());
}

export function fetchError({ name, url }: Fetched, why: string): EngineError {
  const reason = /[.?]$/.test(why) ? why : `${why}.`;
  return new EngineError('engine-fetch', `${name}: the weights could not be fetched from ${url}: ${reason} Try again.`);
}
