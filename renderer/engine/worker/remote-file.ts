import { type ByteRange, type ByteSource, checkRange } from '../../../models/bytes/byte-source.ts';
import { EngineError, throwIfCancelled } from '../../../models/errors.ts';

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
  readonly name: string;
  readonly #url: string;
  readonly #version: Version;
  /** The first bytes, or all of them until {@link letGo}. */
  #start: Uint8Array;

  private constructor(name: string, url: string, version: Version, start: Uint8Array) {
    this.name = name;
    this.#url = url;
    this.#version = version;
    this.#start = start;
  }

  /**
   * @param name what messages call it
   * @returns the file; or the whole answer of a server that knows no ranges
   * @throws EngineError `engine-fetch`; CancelledError
   */
  static async open(name: string, url: string, signal: AbortSignal): Promise<RemoteFile | Response> {
    const answer = await request(name, url, { signal, headers: { Range: `bytes=0-${HEAD_BYTES - 1}` } });
    if (answer.status === 200) return answer;
    const version = versionOf(answer);
    if (answer.status !== 206 || version === null) throw refused(name, url, answer);
    return new RemoteFile(name, url, version, await bodyOf(name, url, answer, signal));
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
    const answer = await this.stream(range, signal);
    const bytes = await bodyOf(this.name, this.#url, answer, signal);
    if (bytes.byteLength !== end - start)
      throw fetchError(this.name, this.#url, `${bytes.byteLength} of ${end - start} bytes arrived`);
    return bytes;
  }

  /** The answer that carries the range's bytes. @throws as {@link read} */
  async stream({ start, end }: ByteRange, signal?: AbortSignal): Promise<Response> {
    const answer = await request(this.name, this.#url, {
      signal: signal ?? null,
      headers: { Range: `bytes=${start}-${end - 1}` },
    });
    if (answer.status !== 206 && answer.status !== 416) throw refused(this.name, this.#url, answer);
    if (!isSame(this.#version, versionOf(answer)))
      throw fetchError(this.name, this.#url, 'the file changed while it was read');
    return answer;
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
      const answer = await fetch(this.#url, { method: 'HEAD', cache: 'no-store', signal: signal ?? null });
      const length = answer.headers.get('content-length');
      if (!answer.ok || length === null) return true;
      return isSame(this.#version, { size: Number(length), tag: answer.headers.get('etag') });
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

/** Not cached: the browser would keep the checkpoint a second time. @throws EngineError `engine-fetch`; CancelledError */
async function request(name: string, url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...options, cache: 'no-store' });
  } catch (error) {
    throwIfCancelled(options.signal ?? undefined);
    throw fetchError(name, url, (error as Error).message);
  }
}

async function bodyOf(name: string, url: string, answer: Response, signal?: AbortSignal): Promise<Uint8Array> {
  try {
    return new Uint8Array(await answer.arrayBuffer());
  } catch (error) {
    throwIfCancelled(signal);
    throw fetchError(name, url, (error as Error).message);
  }
}

function refused(name: string, url: string, { status, statusText }: Response): EngineError {
  return fetchError(name, url, `the server answered ${status} ${statusText}`.trim());
}

export function fetchError(name: string, url: string, why: string): EngineError {
  return new EngineError('engine-fetch', `${name}: the weights could not be fetched from ${url}: ${why}. Try again.`);
}
