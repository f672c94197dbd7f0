import { type MapSummary, summariseMap } from '../../models/attention/map-summary.ts';
import type { Analysis, StageReport } from '../engine/protocol.ts';
import type { Row } from '../stores/rows.ts';
import type { RangeMode, View } from '../stores/view.ts';

/** What is looked at in one stage. */
export interface MapChoice {
  readonly view: View;
  readonly stage: number;
  readonly block: number;
  /** Null: the mean over heads. Received is always the mean. */
  readonly head: number | null;
}

export type MapKind = 'cls' | 'received' | 'row';

/** Attention over the keys of one block. */
export interface StageMap {
  readonly kind: MapKind;
  readonly stage: number;
  readonly block: number;
  readonly head: number | null;
  /** The query as a token index (CLS counted); null for `received`. */
  readonly query: number | null;
  /** [cls + rows · cols], non-negative, sums to 1. */
  readonly values: Float32Array;
  readonly summary: MapSummary;
}

/** The map that `view` means in this stage: without a CLS token there is no CLS row, and received stands in. */
export function mapKind(view: View, stage: StageReport): MapKind {
  if (view === 'query') return 'row';
  return view === 'cls' && stage.grids.cls === 1 ? 'cls' : 'received';
}

/**
 * The map of one stage, or null while its row has not been answered.
 * @param row the last answered row of this stage; used only where it belongs to this analysis, block and head
 */
export function stageMap(analysis: Analysis, stage: StageReport, choice: MapChoice, row: Row | null): StageMap | null {
  const kind = mapKind(choice.view, stage);
  const build = (values: Float32Array, head: number | null, query: number | null): StageMap => {
    const summary = summariseMap(values, stage.grids.keys, stage.grids.cls);
    return { kind, stage: choice.stage, block: choice.block, head, query, values, summary };
  };
  if (kind === 'received') {
    const received = analysis.received[choice.stage]?.[choice.block];
    return received ? build(received, null, null) : null;
  }
  if (!row) return null;
  const { runId, block, head, query } = row.query;
  if (runId !== analysis.runId || block !== choice.block || head !== choice.head) return null;
  // A row of CLS is not the row of a pixel, nor the other way round.
  const ofCls = stage.grids.cls === 1 && query === 0;
  return ofCls === (kind === 'cls') ? build(row.values, head, query) : null;
}

export type MapUnit = 'probability' | '× uniform';

/** How values become colours. Never silent: unit and range are always shown beside the map. */
export interface MapScale {
  readonly unit: MapUnit;
  /** Values times this are in `unit`. */
  readonly factor: number;
  /** Of the colours' two ends, in `unit`. */
  readonly min: number;
  readonly max: number;
}

/**
 * The scale of `map`. Received is in multiples of uniform, rows are probabilities; a shared range is in multiples of
 * uniform for all, because a probability depends on the number of keys.
 * @param all the maps that share a range, `map` among them
 */
export function mapScale(map: StageMap, mode: RangeMode, all: readonly StageMap[]): MapScale {
  const uniform = map.values.length;
  if (mode === 'shared') {
    const max = Math.max(...all.map(({ summary }) => summary.strongestTimesUniform ?? 0));
    return { unit: '× uniform', factor: uniform, min: 0, max };
  }
  const factor = map.kind === 'received' ? uniform : 1;
  return {
    unit: map.kind === 'received' ? '× uniform' : 'probability',
    factor,
    min: mode === 'tight' ? map.summary.min * factor : 0,
    max: map.summary.max * factor,
  };
}

/** Where `value` lies on the scale, 0–1; 0 where the scale has no width. */
export function positionOnScale(scale: MapScale, value: number): number {
  const width = scale.max - scale.min;
  return width > 0 ? Math.min(1, Math.max(0, (value * scale.factor - scale.min) / width)) : 0;
}
