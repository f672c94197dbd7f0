import type { ReportedClass, ReportedShare } from '../report.ts';

/** `81.6 %` */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `81.3–81.9 %` */
export function interval({ low, high }: ReportedShare): string {
  return `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)} %`;
}

/** `50,000`, the same in every locale. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

export function plural(count: number, word: string): string {
  return `${grouped(count)} ${word}${count === 1 ? '' : 's'}`;
}

/** `crane (n03126707)` where the id is known: names alone may be shared. */
export function className({ name, wnid }: ReportedClass): string {
  return wnid === null ? name : `${name} (${wnid})`;
}
