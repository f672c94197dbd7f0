import { type ColumnResult, type Comparison, compareColumns } from '../../models/compare/compare-columns.ts';
import { tilesOfMap } from '../pipeline/tiles.ts';
import type { ColumnMap } from '../stores/column-maps.ts';
import { type Column, type ColumnState, columnLetter } from '../stores/compare.ts';
import type { ShownMap } from '../stores/maps.ts';
import type { DoneColumn } from './column-subject.ts';

/** A finished column beside the others. */
export interface ComparedColumn {
  readonly column: Column;
  /** From 0, left to right. */
  readonly at: number;
  readonly letter: string;
  readonly state: DoneColumn;
  readonly map: ColumnMap | null;
  readonly result: ColumnResult;
}

/** The finished columns, and each of them against the reference; `reference` is null until that one is finished. */
export interface Compared {
  readonly done: readonly ComparedColumn[];
  readonly reference: ComparedColumn | null;
  /** Of the other finished columns, in their order. Empty without a reference. */
  readonly others: readonly { readonly column: ComparedColumn; readonly comparison: Comparison }[];
}

export function compareAll(
  columns: readonly Column[],
  states: Readonly<Record<string, ColumnState>>,
  maps: Readonly<Record<string, ColumnMap>>,
  referenceId: string | null,
): Compared {
  const done = columns.flatMap((column, at): ComparedColumn[] => {
    const state = states[column.id];
    if (state?.kind !== 'done') return [];
    const map = maps[column.id] ?? null;
    // The maps follow the states, a moment later: one of the run before says nothing about this one.
    const current = map?.shown && map.shown.runId !== state.analysis.runId ? null : map;
    return [{ column, at, letter: columnLetter(at), state, map: current, result: resultOf(state, current) }];
  });
  const reference = done.find(({ column }) => column.id === referenceId) ?? null;
  const others = done.flatMap((column) =>
    reference && column !== reference ? [{ column, comparison: compareColumns(reference.result, column.result) }] : [],
  );
  return { done, reference, others };
}

function resultOf({ entry, report, analysis }: DoneColumn, map: ColumnMap | null): ColumnResult {
  const { inputWidth: width, inputHeight: height } = analysis.window;
  return {
    modelId: entry.id,
    network: JSON.stringify([report.spec, report.activation]),
    input: { width, height },
    labels: entry.labels,
    logits: analysis.logits,
    probabilities: analysis.probabilities,
    map: map?.shown ? placedMap(map.shown, map) : null,
  };
}

function placedMap({ map }: ShownMap, { tiles }: ColumnMap): NonNullable<ColumnResult['map']> {
  const { view, stage, block, head, token, on, cells } = map;
  return { cells, place: tilesOfMap(tiles, map), key: JSON.stringify([view, stage, block, head, token, on]) };
}
