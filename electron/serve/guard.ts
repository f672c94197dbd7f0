import type { IncomingHttpHeaders } from 'node:http';

const LOOPBACK_NAMES: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'PUT', 'POST']);

export interface Refusal {
  readonly status: 403 | 405;
  readonly text: string;
}

/**
 * Judges a request by where it comes from, before any token is looked at; null lets it on. `entering` is true for an
 * address with a token, the only thing that another page (a web terminal, say) may link to.
 */
export function refuseForeign(
  method: string,
  headers: IncomingHttpHeaders,
  { entering }: { readonly entering: boolean },
): Refusal | null {
  if (!METHODS.has(method)) return { status: 405, text: 'Only GET, HEAD, PUT and POST are answered here.\n' };
  // DNS rebinding: a foreign name that was pointed at this machine shows in Host. Any port is fine, because a tunnel to a
  // remote workstation has its own.
  if (!isLoopback(headers.host)) return { status: 403, text: 'This server answers to 127.0.0.1 and localhost only.\n' };
  if (headers.origin !== undefined && headers.origin !== `http://${headers.host}`)
    return { status: 403, text: 'Requests from other origins are refused.\n' };
  const site = headers['sec-fetch-site'];
  const own = site === undefined || site === 'same-origin' || site === 'none';
  const linked = entering && method === 'GET' && headers['sec-fetch-mode'] === 'navigate';
  if (!own && !linked) return { status: 403, text: 'Requests from other sites are refused.\n' };
  // What changes something must say where it comes from; every browser does on PUT and POST.
  if (changesSomething(method) && headers.origin === undefined)
    return { status: 403, text: `A ${method} needs an Origin header.\n` };
  return null;
}

export function changesSomething(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function isLoopback(host: string | undefined): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d{1,5})?$/i.exec(host ?? '');
  return match !== null && LOOPBACK_NAMES.has(match[1]!.toLowerCase());
}
