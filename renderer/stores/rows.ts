import { create } from 'zustand';
import type { RowQuery } from '../engine/protocol.ts';

/** An answered row: what was asked, and [cls + keys] values that sum to 1. */
export interface Row {
  readonly query: RowQuery;
  readonly values: Float32Array;
}

interface RowsState {
  /** Per stage, the row that is shown: the last one answered. Null where no row is wanted. */
  readonly rows: readonly (Row | null)[];
}

export const useRows = create<RowsState>()(() => ({ rows: [] }));

export function showRow(stage: number, row: Row | null): void {
  useRows.setState((state) => {
    if ((state.rows[stage] ?? null) === row) return state;
    const rows = [...state.rows];
    while (rows.length <= stage) rows.push(null);
    rows[stage] = row;
    return { rows };
  });
}
