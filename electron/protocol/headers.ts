/**
 * The content security policy of every response, Worker scripts included (a Worker takes its policy from its own response).
 * @param nonce of this page load, for `<style>` elements that libraries add at run time
 */
export function contentSecurityPolicy(nonce: string): string {
  return [
    `default-src 'none'`,
    `script-src 'self' 'wasm-unsafe-eval'`,
    `worker-src 'self'`,
    `connect-src 'self'`,
    `img-src 'self' blob: data:`,
    `style-src 'self' 'nonce-${nonce}'`,
    `font-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ');
}

/**
 * What stands on every response of both shells. The first three make the page cross-origin isolated, which threaded WASM
 * needs for its shared memory.
 */
export function commonHeaders(nonce: string): Record<string, string> {
  return {
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Content-Security-Policy': contentSecurityPolicy(nonce),
    'X-Content-Type-Options': 'nosniff',
    // The first address of a served page holds its token.
    'Referrer-Policy': 'no-referrer',
  };
}

/** Names with a content hash never change what they mean; everything else is asked for anew each time. */
export function cacheControl(hashed: boolean): string {
  return hashed ? 'private, max-age=31536000, immutable' : 'no-cache';
}
