import type { PictureRow } from '../../../results/picture-filter.ts';

/** Where a key leads in a grid of `count` cells; null for a key that leads nowhere. */
export function moveIn(count: number, at: number, key: string, columns: number): number | null {
  const steps: Readonly<Record<string, number>> = {
    ArrowLeft: -1,
    ArrowRight: 1,
    ArrowUp: -columns,
    ArrowDown: columns,
    PageUp: -columns * 4,
    PageDown: columns * 4,
    Home: -count,
    End: count,
  };
  const step = steps[key];
  if (step === undefined || count === 0) return null;
  return Math.min(count - 1, Math.max(0, at + step));
}

/** The rows from one to another, both included, whichever comes first; one alone where the other is not shown. */
export function rangeBetween(rows: readonly PictureRow[], from: string | null, to: string): readonly string[] {
  const ends = [rows.findIndex(({ id }) => id === from), rows.findIndex(({ id }) => id === to)];
  const [first, last] = ends.sort((a, b) => a - b);
  if (first === undefined || last === undefined || first < 0) return [to];
  return rows.slice(first, last + 1).map(({ id }) => id);
}

export function toggled(marked: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(marked);
  if (!next.delete(id)) next.add(id);
  return next;
}
