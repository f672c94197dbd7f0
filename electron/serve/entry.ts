import type { IncomingHttpHeaders } from 'node:http';
import { type Answer, type AssetRequest, answerText } from '../protocol/answer.ts';
import type { Access } from './access.ts';

/** The token of an address `/?token=…`; null for every other. */
export function tokenOf(path: string): string | null {
  const [before = '', query = ''] = path.split('?', 2);
  return before === '/' ? new URLSearchParams(query).get('token') : null;
}

/** Exchanges a token for the cookie and leads to the address without it, which may then be bookmarked and shown around. */
export function answerEntry(
  access: Access,
  request: AssetRequest,
  headers: IncomingHttpHeaders,
  token: string,
): Answer {
  if (!access.admits(token)) return answerStranger(request);
  const cookie = { 'Set-Cookie': access.cookie() };
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'none' || site === 'same-origin')
    return answerText(request, 303, '', { ...cookie, Location: '/' });
  // A browser counts a redirect to the page that held the link and would keep the strict cookie back. A refresh is our own.
  const page = '<!doctype html><meta http-equiv="refresh" content="0;url=/"><title>CvT Lens</title>';
  return answerText(request, 200, page, { ...cookie, 'Content-Type': 'text/html; charset=utf-8' });
}

/** For whoever has no token: how to get one. */
export function answerStranger(request: AssetRequest): Answer {
  return answerText(request, 403, 'Open the address that CvT Lens printed when it started; it carries the key.\n');
}
