/** Which proxy the system wants for an address, in the words of a PAC script: `PROXY host:port; DIRECT`. */
export type SystemProxy = (url: string) => Promise<string>;

const RULE = /^(PROXY|HTTPS?)\s+([^\s;/@]+:\d{1,5})$/i;

/**
 * The first rule as a proxy's address; null for a direct connection. SOCKS is passed over, since undici does not speak it:
 * what comes after it in the rules counts.
 */
export function proxyAddress(rules: string): string | null {
  for (const rule of rules.split(';').map((text) => text.trim())) {
    if (/^DIRECT$/i.test(rule)) return null;
    const match = RULE.exec(rule);
    if (match) return `${match[1]!.toUpperCase() === 'HTTPS' ? 'https' : 'http'}://${match[2]}`;
  }
  return null;
}
