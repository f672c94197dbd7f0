import { type ByteRange, type ByteSource, checkRange } from '../../../models/bytes/byte-source.ts';
import { throwIfCancelled } from '../../../models/errors.ts';
import { type Fetched, fetchError, Incoming, refused } from './incoming.ts';

/** Asked for first: the size and most headers of a checkpoint come with it. */
const HEAD_BYTES = 64 * 2 ** 10;

/** A server's file as one version of it: every part of it must be of the same. */
interface Version {
  readonly size: number;
  /** The server's name for this version of the file; null where it gives none. */
  readonly tag: string | null;
}

/**
 * A file behind an address that is read in ranges, as both shells serve checkpoints, so that a gigabyte need not be copied to be looked
 * into. What another program writes over the file meanwhile is noticed.
 */
export class RemoteFile implements ByteSource {
  readonly #fetched: Fetched;
  readonly #version: Version;
  /** The first bytes, or all of them until {@link letGo}. */
  #start: Uint8Array;

  private constructor(fetched: Fetched, version: Version, start: Uint8Array) {
    this.#fetched = fetched;
    this.#version = version;
    this.#start = start;
  }

  /**
   * @returns the file; or the whole answer of a server that knows no ranges
   * @throws EngineError `engine-fetch`; CancelledError
   */
  static async open(fetched: Fetched, signal: AbortSignal): Promise<RemoteFile | Incoming> {
    const incoming = await Incoming.of(fetched, { start: 0, end: HEAD_BYTES }, signal);
    const { answer } = incoming;
    if (!answer.ok) throw refused(fetched, answer);
    // A server that answers every path with the app's own page.
    if (/^text\/html/i.test(answer.headers.get('content-type') ?? ''))
      throw fetchError(fetched, 'the server answered with a page instead of a file');
    const version = versionOf(answer);
    if (answer.status !== 206 || version === null) return incoming;
    return new RemoteFile(fetched, version, await incoming.all(Math.min(HEAD_BYTES, version.size)));
  }

  get name(): string {
    return this.#fetched.name;
  }

  get size(): number {
    return this.#version.size;
  }

  /** @throws EngineError `engine-fetch` also where the file is another than when it was opened; CancelledError */
  async read(range: ByteRange, signal?: AbortSignal): Promise<Uint8Array> {
    throwIfCancelled(signal);
    checkRange(this, range);
    const { start, end } = range;
    if (end <= this.#start.byteLength) return this.#start.subarray(start, end);
    if (start === end) return new Uint8Array();
    return (await this.stream(range, signal)).all(end - start);
  }

  /** The range's bytes as they come. @throws as {@link read} */
  async stream(range: ByteRange, signal?: AbortSignal): Promise<Incoming> {
    const incoming = await Incoming.of(this.#fetched, range, signal);
    const { answer } = incoming;
    if (!answer.ok && answer.status !== 416) throw refused(this.#fetched, answer);
    if (!isSame(this.#version, versionOf(answer))) {
      incoming.cancel();
      throw fetchError(this.#fetched, 'the file changed while it was read');
    }
    return incoming;
  }

  /** All bytes, which further reads come from until they are let go of. */
  async readWhole(signal?: AbortSignal): Promise<Uint8Array> {
    this.#start = await this.read({ start: 0, end: this.size }, signal);
    return this.#start;
  }

  /** Bytes that are in memory are no longer; reads go to the server again. */
  letGo(): void {
    this.#start = new Uint8Array();
  }

  /** Whether the server still has the same file. A server that cannot be asked has no other one. */
  async isCurrent(signal?: AbortSignal): Promise<boolean> {
    try {
      const incoming = await Incoming.of(this.#fetched, { start: 0, end: 1 }, signal);
      incoming.cancel();
      const found = versionOf(incoming.answer);
      return found === null || isSame(this.#version, found);
    } catch {
      throwIfCancelled(signal);
      return true;
    }
  }
}

function isSame(expected: Version, found: Version | null): boolean {
  return found !== null && found.size === expected.size && found.tag === expected.tag;
}

/** Null where the answer does not say of how many bytes it is a part. */
function versionOf({ headers }: Response): Version | null {
  const size = /^bytes .*\/(\d+)$/.exec(headers.get('content-range') ?? '')?.[1];
  return size === undefined ? null : { size: Number(size), tag: headers.get('etag') };
}
