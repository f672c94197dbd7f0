import { DownloadError } from '../../models/errors.ts';

export const HUGGING_FACE = 'https://huggingface.co';

/** Which hub is asked, and as whom. */
export interface HubAddress {
  /** Base URL without a trailing slash. */
  readonly endpoint: string;
  /** Sent to the endpoint's own origin only. */
  readonly token: string | null;
}

/**
 * The hub to use: HF_ENDPOINT, which a user sets for this one run, before the mirror from the settings, before the hub itself.
 * @param token from the system's key store, where a shell has one; HF_TOKEN otherwise
 * @throws DownloadError `network-unreachable` where the address is none
 */
export function hubAddress(
  env: Readonly<Record<string, string | undefined>>,
  mirror: string | null,
  token: string | null = null,
): HubAddress {
  const named = env.HF_ENDPOINT?.trim() || mirror?.trim() || HUGGING_FACE;
  return { endpoint: parseEndpoint(named), token: token ?? (env.HF_TOKEN?.trim() || null) };
}

/** @throws DownloadError `network-unreachable` */
export function parseEndpoint(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash)
    throw new DownloadError(
      'network-unreachable',
      `"${text}" is no address of a hub. Set HF_ENDPOINT, or the mirror in the settings, to one like ${HUGGING_FACE}.`,
    );
  return url.href.replace(/\/+$/, '');
}
