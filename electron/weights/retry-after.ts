/**
 * The pause that a `Retry-After` header asks for, in milliseconds; null where it asks for none that can be read.
 * Source: RFC 9110, section 10.2.3 (seconds, or an HTTP date).
 */
export function retryAfterMs(header: string | undefined, now: number): number | null {
  if (header === undefined) return null;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}
