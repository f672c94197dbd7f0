import { CheckpointError, throwIfCancelled } from '../errors.ts';
import { type ByteRange, type ByteSource, checkRange } from './byte-source.ts';

/** Bytes between two ranges that are read along rather than asked for apart: a request costs about what they do. */
export const HOLE_BYTES = 32 * 2 ** 10;
/** Ranges are joined up to this length; what is read lies in memory as long as any part of it is used. */
export const JOINED_BYTES = 4 * 2 ** 20;
/** Reads under way at once. */
const AT_ONCE = 8;

interface Asked {
  readonly range: ByteRange;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (bytes: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** Ranges that are read in one piece. */
interface Joined extends ByteRange {
  readonly parts: readonly Asked[];
}

/**
 * A source of which many small ranges are wanted at the same time, as graphs want the 350 small tensors of a checkpoint. What is asked
 * for in one go is read together where it lies together; every read gives the same bytes and the same errors as alone.
 */
export class GatheredSource implements ByteSource {
  readonly #inner: ByteSource;
  #asked: Asked[] = [];
  #waiting: Joined[] = [];
  #underWay = 0;

  constructor(inner: ByteSource) {
    this.#inner = inner;
  }

  get name(): string {
    return this.#inner.name;
  }

  get size(): number {
    return this.#inner.size;
  }

  async read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfCancelled(signal);
    checkRange(this, range);
    const { promise, resolve, reject } = deferred();
    this.#asked.push({ range, signal, resolve, reject });
    // Whoever asks for many does so before anything else has its turn.
    if (this.#asked.length === 1) void Promise.resolve().then(() => this.#flush());
    const bytes = await promise;
    throwIfCancelled(signal);
    return bytes;
  }

  #flush(): void {
    this.#waiting.push(...joined(this.#asked));
    this.#asked = [];
    this.#next();
  }

  #next(): void {
    while (this.#underWay < AT_ONCE && this.#waiting.length > 0) {
      this.#underWay += 1;
      void this.#fetch(this.#waiting.shift()!).finally(() => {
        this.#underWay -= 1;
        this.#next();
      });
    }
  }

  async #fetch({ start, end, parts }: Joined): Promise<void> {
    try {
      const bytes = await this.#inner.read({ start, end }, parts[0]!.signal);
      if (bytes.byteLength !== end - start)
        throw new CheckpointError('truncated', `${this.name}: the file became shorter while it was read. Try again.`);
      for (const { range, resolve } of parts) resolve(bytes.subarray(range.start - start, range.end - start));
    } catch (error) {
      for (const { reject } of parts) reject(error);
    }
  }
}

/** Neighbours in one piece; those with different signals stay apart, so that withdrawing one does not end the other. */
function joined(asked: readonly Asked[]): readonly Joined[] {
  const all: { start: number; end: number; parts: Asked[] }[] = [];
  for (const each of [...asked].sort((a, b) => a.range.start - b.range.start)) {
    const { start, end } = each.range;
    const last = all.at(-1);
    const joinedEnd = Math.max(end, last?.end ?? 0);
    const isNear = last && start - last.end <= HOLE_BYTES && joinedEnd - last.start <= JOINED_BYTES;
    if (last && isNear && last.parts[0]!.signal === each.signal) {
      last.parts.push(each);
      last.end = joinedEnd;
    } else all.push({ start, end, parts: [each] });
  }
  return all;
}

function deferred() {
  let resolve!: (bytes: Uint8Array) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<Uint8Array>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
