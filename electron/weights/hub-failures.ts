import { DownloadError, type DownloadErrorCode, reasonOf } from '../../models/errors.ts';
import { AttemptFailed } from './attempt.ts';
import type { HttpAnswer } from './http.ts';
import { retryAfterMs } from './retry-after.ts';

/** Where an answer came from; a CDN's refusal means something else than the hub's. */
export interface AskedFile {
  /** For messages: `owner/name, model.safetensors`. */
  readonly what: string;
  readonly host: string;
  readonly fromHub: boolean;
}

/** Errors of TLS that stay until somebody changes the machine. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/;

/** No answer at all, or one that broke off. */
export function networkFailure(cause: unknown, { what, host }: AskedFile): AttemptFailed {
  const reason = reasonOf(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (CERTIFICATE.test(code))
    return new AttemptFailed(
      new DownloadError(
        'network-unreachable',
        `${what}: the certificate of ${host} is not trusted (${reason}). Where a company's proxy opens TLS, name its certificate in NODE_EXTRA_CA_CERTS.`,
        { cause },
      ),
      'never',
    );
  return new AttemptFailed(
    new DownloadError(
      'network-unreachable',
      `${what}: the connection to ${host} failed (${reason}). Check the network, HTTPS_PROXY and HF_ENDPOINT, then go on; what has arrived is kept.`,
      { cause },
    ),
    'later',
  );
}

/** A page where weights should be: networks with a sign-in answer everything with it. */
export function pageFailure({ what, host }: AskedFile): AttemptFailed {
  const message = `${what}: a web page comes from ${host} instead of the file, most likely the network's sign-in. Open it in a browser, then go on.`;
  return new AttemptFailed(new DownloadError('network-unreachable', message), 'later');
}

/** An answer that is no success and no redirect. Codes in X-Error-Code as huggingface_hub knows them. */
export function statusFailure(answer: HttpAnswer, asked: AskedFile, hasToken: boolean, now: number): AttemptFailed {
  const { status, headers } = answer;
  const reason = headers.get('x-error-code') ?? '';
  const pause = retryAfterMs(headers.get('retry-after'), now);
  const { what, host, fromHub } = asked;
  const later = (code: DownloadErrorCode, text: string) =>
    new AttemptFailed(new DownloadError(code, `${what}: ${text}`), 'later', pause);
  const never = (code: DownloadErrorCode, text: string) =>
    new AttemptFailed(new DownloadError(code, `${what}: ${text}`), 'never');

  if (status === 429)
    return later(
      'rate-limited',
      `${host} asks for fewer requests${inWords(pause)}. Go on later; what has arrived is kept.`,
    );
  if (status >= 500 || status === 408)
    return later(
      'server-failed',
      `${host} answers with error ${status}${inWords(pause)}. Go on later; what has arrived is kept.`,
    );
  // The CDN's links carry a signature that expires: the next attempt asks the hub for a fresh one.
  if (!fromHub && (status === 401 || status === 403 || status === 404 || status === 410))
    return later(
      'server-failed',
      `${host} refuses the hub's own link (${status}). Go on later; what has arrived is kept.`,
    );
  if (reason === 'GatedRepo' || (status === 403 && hasToken))
    return never(
      'gated',
      `the repository is gated. Accept its terms on the hub's page, then give an access token of that account in HF_TOKEN.`,
    );
  if (status === 404 || reason === 'RepoNotFound' || reason === 'EntryNotFound' || reason === 'RevisionNotFound')
    return never(
      'not-found',
      `${host} has no such ${missing(reason)}. Check the name${status === 401 ? '; for a private repository set HF_TOKEN' : ''}.`,
    );
  if (status === 401 || status === 403)
    return never(
      'unauthorised',
      hasToken
        ? `${host} does not accept the access token. Make a new one on the hub and put it into HF_TOKEN.`
        : `${host} wants an access token. Make one on the hub and put it into HF_TOKEN.`,
    );
  return never('server-refused', `${host} answers with ${status}, which the download cannot use. Try another mirror.`);
}

function missing(reason: string): string {
  if (reason === 'RepoNotFound') return 'repository';
  if (reason === 'RevisionNotFound') return 'revision';
  return 'file';
}

function inWords(pauseMs: number | null): string {
  return pauseMs === null ? '' : ` for ${Math.ceil(pauseMs / 1000)} s`;
}
