import { readFile, stat } from 'node:fs/promises';
import type { Asset, AssetLookup } from './assets.ts';
import { cacheControl, commonHeaders } from './headers.ts';
import { readRange } from './ranges.ts';

/** What Vite writes where a page's nonce belongs (vite.config.ts). */
const NONCE_WORD = '__CSP_NONCE__';

/** The part of a request that decides its answer, the same for HTTP and `app://`. */
export interface AssetRequest {
  readonly method: string;
  /** As it came: percent-encoded, with or without a query. */
  readonly path: string;
  /** The Range header; null where there is none, or where an If-Range (which nothing here can match) voids it. */
  readonly range: string | null;
  /** Fresh for every request, base64. */
  readonly nonce: string;
}

export type AnswerBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly text: string }
  /** Bytes `start` to `end` (exclusive) of a file. */
  | { readonly kind: 'file'; readonly file: string; readonly start: number; readonly end: number };

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: AnswerBody;
}

/** The answer to a request for a file. Every answer carries the security headers, refusals too. */
export async function answerAsset(assets: AssetLookup, request: AssetRequest): Promise<Answer> {
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return answerText(request, 405, 'Only GET and HEAD are answered here.\n', { Allow: 'GET, HEAD' });
  const path = decodePath(request.path);
  const asset = path === null ? undefined : assets.get(path);
  if (asset === undefined) return answerText(request, 404, 'There is nothing at this address.\n');
  return asset.page ? answerPage(asset, request) : answerFile(asset, request);
}

/** A short plain text, mostly a refusal. */
export function answerText(
  { method, nonce }: Pick<AssetRequest, 'method' | 'nonce'>,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return {
    status,
    headers: {
      ...commonHeaders(nonce),
      'Content-Type': 'text/plain; charset=utf-8',
      'Content-Length': String(Buffer.byteLength(text)),
      'Cache-Control': 'no-store',
      ...headers,
    },
    body: method === 'HEAD' ? { kind: 'none' } : { kind: 'text', text },
  };
}

async function answerPage(asset: Asset, request: AssetRequest): Promise<Answer> {
  const text = (await readFile(asset.file, 'utf8')).replaceAll(NONCE_WORD, request.nonce);
  return answerText(request, 200, text, { 'Content-Type': asset.contentType });
}

async function answerFile(asset: Asset, request: AssetRequest): Promise<Answer> {
  const { size, mtimeMs } = await stat(asset.file);
  const range = readRange(request.range, size);
  if (range.kind === 'unsatisfiable')
    return answerText(request, 416, `The file has ${size} bytes.\n`, { 'Content-Range': `bytes */${size}` });
  const { start, end } = range.kind === 'part' ? range : { start: 0, end: size };
  const headers: Record<string, string> = {
    ...commonHeaders(request.nonce),
    'Content-Type': asset.contentType,
    'Content-Length': String(end - start),
    'Accept-Ranges': 'bytes',
    // Who reads a checkpoint in ranges can tell by it that all are of the same file.
    ETag: `"${size.toString(36)}-${Math.round(mtimeMs * 1000).toString(36)}"`,
    'Cache-Control': cacheControl(asset.hashed),
  };
  if (range.kind === 'part') headers['Content-Range'] = `bytes ${start}-${end - 1}/${size}`;
  const empty = request.method === 'HEAD' || start === end;
  return {
    status: range.kind === 'part' ? 206 : 200,
    headers,
    body: empty ? { kind: 'none' } : { kind: 'file', file: asset.file, start, end },
  };
}

/** Null for a path that is not well-formed. */
function decodePath(path: string): string | null {
  try {
    return decodeURIComponent(path.split(/[?#]/, 1)[0]!);
  } catch {
    return null;
  }
}
