import type { ErrorMessage } from '../../models/errors.ts';
import type { PictureResult } from './picture-result.ts';

/** One picture among many: what lists, filters and exports need to know of it. */
export interface PictureRow {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  readonly state: 'waiting' | 'running' | 'answered' | 'stopped' | 'failed';
  /** What the model in question says; null until it has. */
  readonly result: PictureResult | null;
  /** What other models said. */
  readonly others: readonly PictureResult[];
  /** Null where it did not fail. */
  readonly error: ErrorMessage | null;
}

export interface PictureFilter {
  readonly state: 'all' | 'answered' | 'waiting' | 'failed';
  /** Words that the likeliest class's name has; empty for any class. */
  readonly label: string;
  /** Of the likeliest class, 0–1, both ends included. */
  readonly from: number;
  readonly to: number;
  /** Only pictures of which two models say different things. */
  readonly disagreeing: boolean;
}

export const ALL_PICTURES: PictureFilter = { state: 'all', label: '', from: 0, to: 1, disagreeing: false };

export interface PictureOrder {
  readonly by: 'arrival' | 'name' | 'confidence' | 'entropy';
  /** The largest, or the last of the alphabet, in front. */
  readonly descending: boolean;
}

export const ARRIVAL: PictureOrder = { by: 'arrival', descending: false };

/** Probability of the likeliest class; null where there is no answer. */
export function confidenceOf({ result }: PictureRow): number | null {
  return result?.top[0]?.probability ?? null;
}

/**
 * Whether the models that were run on a picture name different classes. Classes are compared by name, since two models need not
 * number them alike. Null where fewer than two were run.
 */
export function disagreement({ result, others }: PictureRow): boolean | null {
  // The same model at another input is not another model.
  const apart = others.filter(({ modelId }) => modelId !== result?.modelId);
  const answers = [...(result ? [result] : []), ...apart].map(({ top }) => top[0]?.label.trim().toLowerCase());
  return answers.length < 2 ? null : answers.some((label) => label !== answers[0]);
}

export function isFiltered(filter: PictureFilter): boolean {
  const { state, label, from, to, disagreeing } = filter;
  return state !== 'all' || label.trim() !== '' || from > 0 || to < 1 || disagreeing;
}

/** The rows that pass, in the order given. */
export function filterRows(rows: readonly PictureRow[], filter: PictureFilter): readonly PictureRow[] {
  if (!isFiltered(filter)) return rows;
  const words = filter.label.toLowerCase().split(/\s+/).filter(Boolean);
  const asksAnswer = words.length > 0 || filter.from > 0 || filter.to < 1;
  return rows.filter((row) => {
    if (!isInState(row, filter.state)) return false;
    if (filter.disagreeing && disagreement(row) !== true) return false;
    if (!asksAnswer) return true;
    const top = row.result?.top[0];
    if (!top || top.probability < filter.from || top.probability > filter.to) return false;
    const label = top.label.toLowerCase();
    return words.every((word) => label.includes(word));
  });
}

function isInState({ state }: PictureRow, wanted: PictureFilter['state']): boolean {
  if (wanted === 'all' || state === wanted) return true;
  return wanted === 'waiting' && (state === 'running' || state === 'stopped');
}

const names = new Intl.Collator(undefined, { numeric: true });

/** The rows in order; those without an answer come last whichever way a number is sorted. Equal ones stay as they arrived. */
export function sortRows(rows: readonly PictureRow[], { by, descending }: PictureOrder): readonly PictureRow[] {
  const sign = descending ? -1 : 1;
  if (by === 'arrival') return descending ? rows.toReversed() : rows;
  if (by === 'name') return rows.toSorted((a, b) => sign * names.compare(a.path, b.path));
  const numberOf = by === 'confidence' ? confidenceOf : ({ result }: PictureRow) => result?.entropy ?? null;
  return rows.toSorted((a, b) => {
    const [left, right] = [numberOf(a), numberOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right);
  });
}

/** How often each class is the likeliest, the most frequent first. */
export function classCounts(rows: readonly PictureRow[]): readonly (readonly [label: string, count: number])[] {
  const counts = new Map<string, number>();
  for (const { result } of rows) {
    const label = result?.top[0]?.label;
    if (label !== undefined) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || names.compare(a[0], b[0]));
}
