export interface QueryRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/**
 * Ranges of queries, about equally long, whose scores each fit into `maxBytes`; a single one where all do. A range holds at
 * least one query, however large.
 */
export function queryChunks(queries: number, bytesPerQuery: number, maxBytes: number): readonly QueryRange[] {
  const most = Math.min(queries, Math.max(1, Math.floor(maxBytes / bytesPerQuery)));
  const count = Math.ceil(queries / most);
  const size = Math.ceil(queries / count);
  return Array.from({ length: count }, (_, index) => ({
    start: index * size,
    end: Math.min(queries, (index + 1) * size),
  })).filter(({ start, end }) => end > start);
}
