import type { ModelEvaluation, ReportedShare } from '../../../models/evaluation/report.ts';

/** A class in the table of classes. */
export interface ClassRow {
  /** Models with other heads have other classes at the same index. */
  readonly key: string;
  readonly index: number;
  readonly name: string;
  readonly wnid: string | null;
  /** Pictures that were measured of it, the most of any model. */
  readonly count: number;
  /** By model; null where a model has no picture of the class. */
  readonly scores: readonly ({ readonly top1: ReportedShare; readonly top5: ReportedShare } | null)[];
}

export interface ClassOrder {
  readonly by: 'name' | 'index' | 'count' | 'top1' | 'top5';
  /** Whose top-1 or top-5. */
  readonly model: number;
  readonly descending: boolean;
}

/** The weakest classes first. */
export const FIRST_ORDER: ClassOrder = { by: 'top1', model: 0, descending: false };

export function classRows(reports: readonly ModelEvaluation[]): readonly ClassRow[] {
  const rows = new Map<string, ClassRow & { scores: (ClassRow['scores'][number] | null)[] }>();
  for (const [model, { classes }] of reports.entries())
    for (const { index, name, wnid, count, top1, top5 } of classes) {
      const key = `${index} ${name}`;
      const known = rows.get(key);
      const scores = known?.scores ?? reports.map(() => null);
      scores[model] = { top1, top5 };
      rows.set(key, { key, index, name, wnid, count: Math.max(count, known?.count ?? 0), scores });
    }
  return [...rows.values()];
}

/** Equal ones with more pictures first, then in index order; classes without the number last either way. */
export function sortClasses(rows: readonly ClassRow[], { by, model, descending }: ClassOrder): readonly ClassRow[] {
  const sign = descending ? -1 : 1;
  const numberOf = (row: ClassRow): number | null => {
    if (by === 'index' || by === 'count') return row[by];
    return by === 'name' ? null : (row.scores[model]?.[by].value ?? null);
  };
  return rows.toSorted((a, b) => {
    if (by === 'name') return sign * a.name.localeCompare(b.name) || a.index - b.index;
    const [left, right] = [numberOf(a), numberOf(b)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right) || b.count - a.count || a.index - b.index;
  });
}
