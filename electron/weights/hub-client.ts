import { DownloadError, throwIfCancelled } from '../../models/errors.ts';
import { AttemptFailed } from './attempt.ts';
import type { HttpAnswer, SendHttp } from './http.ts';
import type { HubAddress } from './hub-address.ts';
import { type AskedFile, networkFailure, statusFailure } from './hub-failures.ts';

export interface HubFile {
  /** `owner/name` */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  readonly path: string;
}

/** The answer that the hub or its CDN gives in the end, and what the hub said on the way there. */
export interface HubAnswer {
  readonly answer: HttpAnswer;
  readonly asked: AskedFile;
  /** The file's sha256 and size by the hub's word (`X-Linked-Etag`, `X-Linked-Size`). */
  readonly sha256: string | null;
  readonly size: number | null;
  readonly commit: string | null;
}

const MAX_REDIRECTS = 8;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Asks a Hugging Face hub, or a mirror of one, for files. */
export class HubClient {
  readonly #endpoint: URL;
  readonly #token: string | null;
  readonly #send: SendHttp;

  constructor({ endpoint, token }: HubAddress, send: SendHttp) {
    this.#endpoint = new URL(endpoint);
    this.#token = token;
    this.#send = send;
  }

  get endpoint(): string {
    return this.#endpoint.href.replace(/\/+$/, '');
  }

  /**
   * Asks for a file and follows to wherever the hub keeps it; every time anew, since the links to its CDN expire.
   * @returns the answer with status 200, 206 or 416; the caller reads or discards its body
   * @throws AttemptFailed; CancelledError
   */
  async open(file: HubFile, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<HubAnswer> {
    let url = this.#urlOf(file);
    let sha256: string | null = null;
    let size: number | null = null;
    let commit: string | null = null;
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const fromHub = url.origin === this.#endpoint.origin;
      const asked = { what: `${file.repository}, ${file.path}`, host: url.host, fromHub };
      const answer = await this.#ask(url, headers, asked, signal);
      // Only the hub's own word counts, not a CDN's.
      if (fromHub) {
        sha256 ??= sha256In(answer.headers.get('x-linked-etag'));
        size ??= naturalIn(answer.headers.get('x-linked-size'));
        commit ??= commitIn(answer.headers.get('x-repo-commit'));
      }
      if (answer.status === 200 || answer.status === 206 || answer.status === 416)
        return { answer, asked, sha256, size, commit };
      answer.discard();
      if (!REDIRECTS.has(answer.status)) throw statusFailure(answer, asked, this.#token !== null, Date.now());
      url = nextUrl(url, answer.headers.get('location'), asked);
    }
    throw refused(`${file.repository}, ${file.path}: the hub redirects in circles. Try another mirror.`);
  }

  /**
   * A small text file, whole.
   * @param limit in bytes
   * @throws AttemptFailed; CancelledError
   */
  async readText(file: HubFile, limit: number, signal: AbortSignal): Promise<{ text: string; commit: string | null }> {
    const { answer, asked, commit } = await this.open(file, {}, signal);
    if (answer.status !== 200) {
      answer.discard();
      throw refused(`${asked.what}: ${asked.host} answers with ${answer.status}. Try another mirror.`);
    }
    const chunks: Uint8Array[] = [];
    let length = 0;
    try {
      for await (const chunk of answer.body) {
        length += chunk.length;
        if (length > limit) throw refused(`${asked.what}: over ${limit} bytes, which is no such file.`);
        chunks.push(chunk);
      }
    } catch (error) {
      throwIfCancelled(signal);
      throw error instanceof AttemptFailed ? error : networkFailure(error, asked);
    }
    return { text: Buffer.concat(chunks).toString('utf8'), commit };
  }

  #urlOf({ repository, revision, path }: HubFile): URL {
    const parts = [...repository.split('/'), 'resolve', revision, ...path.split('/')];
    return new URL(`${this.endpoint}/${parts.map(encodeURIComponent).join('/')}`);
  }

  async #ask(
    url: URL,
    headers: Readonly<Record<string, string>>,
    asked: AskedFile,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    throwIfCancelled(signal);
    const all = { 'accept-encoding': 'identity', 'user-agent': 'cvt-lens', ...headers, ...this.#authorisation(url) };
    try {
      return await this.#send({ url: url.href, headers: all, signal });
    } catch (error) {
      throwIfCancelled(signal);
      throw networkFailure(error, asked);
    }
  }

  /** The token never goes to another host, nor in the clear over a network. */
  #authorisation(url: URL): Readonly<Record<string, string>> {
    const safe = url.protocol === 'https:' || LOOPBACK.test(url.hostname);
    if (this.#token === null || url.origin !== this.#endpoint.origin || !safe) return {};
    return { authorization: `Bearer ${this.#token}` };
  }
}

function nextUrl(from: URL, location: string | undefined, { what, host }: AskedFile): URL {
  if (location === undefined || !URL.canParse(location, from))
    throw refused(`${what}: ${host} redirects to nowhere. Try another mirror.`);
  const url = new URL(location, from);
  if (url.protocol !== 'https:' && (url.protocol !== 'http:' || from.protocol === 'https:'))
    throw refused(`${what}: ${host} redirects to ${url.protocol}//, away from https. Try another mirror.`);
  return url;
}

function refused(message: string): AttemptFailed {
  return new AttemptFailed(new DownloadError('server-refused', message), 'never');
}

/** Files in git itself, not in its large-file store, have a git hash there instead: no sha256. */
function sha256In(etag: string | undefined): string | null {
  return /^(?:W\/)?"?([0-9a-f]{64})"?$/i.exec(etag ?? '')?.[1]?.toLowerCase() ?? null;
}

function naturalIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;
}

function commitIn(text: string | undefined): string | null {
  return text !== undefined && /^[0-9a-f]{40}$/.test(text) ? text : null;
}
