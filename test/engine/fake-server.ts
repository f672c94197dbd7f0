import { vi } from 'vitest';

/** A file as both shells serve it, for `fetch` alone. */
export class FakeServer {
  readonly url = 'http://fake/model.safetensors';
  /** What was asked for, in order. */
  readonly asked: string[] = [];
  bytes: Uint8Array<ArrayBuffer>;
  tag = '"1"';
  /** Answers every request with the whole, as servers do that know no ranges. */
  knowsRanges = true;
  /** Takes the place of an answer. */
  answer: ((range: string) => Response | Promise<Response>) | null = null;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.bytes = bytes;
    vi.stubGlobal('fetch', (url: string, options: RequestInit = {}) => this.#fetch(url, options));
  }

  /** Another file under the same address. */
  replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.bytes = bytes;
    this.tag = `"${Number(JSON.parse(this.tag)) + 1}"`;
  }

  async #fetch(url: string, { headers, signal }: RequestInit): Promise<Response> {
    signal?.throwIfAborted();
    if (url !== this.url) return new Response('none', { status: 404, statusText: 'Not Found' });
    const range = new Headers(headers).get('Range') ?? '';
    this.asked.push(range);
    if (this.answer) return this.answer(range);
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range) ?? [];
    const size = this.bytes.byteLength;
    if (!this.knowsRanges || first === undefined) return new Response(this.bytes, { headers: { ETag: this.tag } });
    const start = Number(first);
    if (start >= size) return new Response('', { status: 416, headers: { 'Content-Range': `bytes */${size}` } });
    const end = Math.min(size, Number(last) + 1);
    return new Response(this.bytes.slice(start, end), {
      status: 206,
      headers: { 'Content-Range': `bytes ${start}-${end - 1}/${size}`, ETag: this.tag },
    });
  }
}
