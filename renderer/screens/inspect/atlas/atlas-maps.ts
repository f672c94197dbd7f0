import type { AttentionMap } from '../../../../models/attention/attention-map.ts';
import type { Attribution } from '../../../../models/attention/attribution.ts';
import type { HeadStatistics } from '../../../../models/attention/head-statistics.ts';
import { attributionMap, receivedByHead, receivedMap, stageRowMap } from '../../../../models/attention/maps.ts';
import { type LockedRanges, type MapScale, mapScale, type RangeMode } from '../../../../models/drawing/map-scale.ts';
import type { StageReport } from '../../../engine/protocol.ts';

/** What the maps of an atlas are made of. */
export type AtlasSource =
  /** The answer of `stageRows` for a query token, CLS counted. */
  | { readonly kind: 'rows'; readonly query: number; readonly values: Float32Array }
  | { readonly kind: 'received'; readonly statistics: readonly HeadStatistics[] }
  | { readonly kind: 'attribution'; readonly target: Attribution; readonly contrast: Attribution | null };

/** One head of one block, as the atlas shows it. */
export interface AtlasEntry {
  /** Indices from 0. */
  readonly block: number;
  readonly head: number;
  readonly map: AttentionMap;
  /** Of the head's attention over all queries, in bits; null until the statistics are there. */
  readonly entropy: number | null;
  /** Mean attended distance in pixels of the network's input; null likewise. */
  readonly distance: number | null;
}

/**
 * Every head of every block of a stage, block by block.
 * @throws RangeError where the source does not fit the stage
 */
export function atlasEntries(
  stage: number,
  { depth, heads, grids }: StageReport,
  source: AtlasSource,
  statistics: readonly HeadStatistics[] | null,
): readonly AtlasEntry[] {
  const mapOf = (block: number, head: number): AttentionMap => {
    const place = { stage, block, head };
    switch (source.kind) {
      case 'rows':
        return stageRowMap(place, grids, heads, source.query, source.values);
      case 'received':
        return receivedMap(place, grids, receivedByHead(source.statistics[block]!, head));
      case 'attribution':
        return attributionMap(stage, grids, heads, source.target, source.contrast, { block, head });
    }
  };
  return Array.from({ length: depth * heads }, (_, index) => {
    const block = Math.floor(index / heads);
    const head = index % heads;
    return {
      block,
      head,
      map: mapOf(block, head),
      entropy: statistics?.[block]?.entropy[head] ?? null,
      distance: statistics?.[block]?.distance[head] ?? null,
    };
  });
}

/** The share of all cells that a clipped scale reaches over; the others have its last colour. */
export const CLIPPED_SHARE = 0.99;

/**
 * One scale for all maps, so that their colours can be compared; null where there are none.
 * @param clipped ends it where all but a hundredth of the cells are within: one sharp head would else darken all others
 */
export function atlasScale(
  entries: readonly AtlasEntry[],
  range: RangeMode,
  locked: LockedRanges,
  clipped: boolean,
): MapScale | null {
  const first = entries[0]?.map;
  if (!first) return null;
  const scale = mapScale({ ...first, cells: Float32Array.from(ends(entries)) }, range, [], locked);
  if (!clipped || range === 'locked') return scale;
  const max = Math.max(quantile(entries, CLIPPED_SHARE) * scale.factor, scale.signed ? 0 : scale.min);
  return { ...scale, max, min: scale.signed ? -max : scale.min };
}

function ends(entries: readonly AtlasEntry[]): readonly [min: number, max: number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const { map } of entries)
    for (const cell of map.cells) {
      if (cell < min) min = cell;
      if (cell > max) max = cell;
    }
  return [min, max];
}

/** What `share` of the cells do not exceed; of signed maps in magnitude. */
function quantile(entries: readonly AtlasEntry[], share: number): number {
  const cells = new Float32Array(entries.reduce((sum, { map }) => sum + map.cells.length, 0));
  let at = 0;
  for (const { map } of entries) {
    cells.set(map.signed ? map.cells.map(Math.abs) : map.cells, at);
    at += map.cells.length;
  }
  cells.sort();
  return cells[Math.ceil(share * cells.length) - 1] ?? 0;
}

export type AtlasOrder = 'block' | 'entropy' | 'distance';

/** Most focused, or nearest, first; equal ones by block and head, and so all of them until the statistics are there. */
export function ordered(entries: readonly AtlasEntry[], order: AtlasOrder): readonly AtlasEntry[] {
  if (order === 'block') return entries;
  return entries.toSorted((a, b) => (a[order] ?? 0) - (b[order] ?? 0) || a.block - b.block || a.head - b.head);
}

/** Head by head, as a transposed grid has them. */
export function transposed(entries: readonly AtlasEntry[]): readonly AtlasEntry[] {
  return entries.toSorted((a, b) => a.head - b.head || a.block - b.block);
}
