/**
 * The nonce of this page load, which the shell put into `<meta property="csp-nonce">`. Libraries that add `<style>`
 * elements at run time (Radix's scroll lock and select) need it, or the CSP drops their styles.
 */
export function pageNonce(): string | undefined {
  const meta = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]');
  return meta?.nonce || undefined;
}
