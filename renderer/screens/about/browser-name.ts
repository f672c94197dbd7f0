/** The browser and its version, out of what it calls itself. */
export function browserName(userAgent: string): string {
  // Order matters: all of Chromium's family call themselves Chrome and Safari too.
  for (const [pattern, name] of [
    [/Edg\/([\d.]+)/, 'Edge'],
    [/Firefox\/([\d.]+)/, 'Firefox'],
    [/Chrom(?:e|ium)\/([\d.]+)/, 'Chromium'],
    [/Version\/([\d.]+).* Safari\//, 'Safari'],
  ] as const) {
    const version = pattern.exec(userAgent)?.[1];
    if (version) return `${name} ${version}`;
  }
  return userAgent;
}
