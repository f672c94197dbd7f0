import type { AttentionMap, MapUnit } from '../attention/attention-map.ts';

/** What the numbers of a colour bar are in. `× uniform`: 1 is what an even spread would give. */
export type ScaleUnit = MapUnit | '× uniform';

/** How values become colours. Never silent: unit and range are always shown beside the map. */
export interface MapScale {
  readonly unit: ScaleUnit;
  /** Values times this are in `unit`. */
  readonly factor: number;
  /** Of the colours' two ends, in `unit`. Where `signed`, min = −max. */
  readonly min: number;
  readonly max: number;
  /** Zero is the middle of the colours and not their end. */
  readonly signed: boolean;
}

/**
 * `zero`: from 0 to the map's maximum. `tight`: from its minimum to its maximum. `shared`: from 0 to the largest value of all
 * maps that are shown, in one unit. `locked`: the numbers that were locked, for any map. A signed map is always centred on
 * zero and reaches as far to both sides.
 */
export type RangeMode = 'zero' | 'tight' | 'shared' | 'locked';

export interface Range {
  readonly min: number;
  readonly max: number;
}

export type LockedRanges = Readonly<Partial<Record<ScaleUnit, Range>>>;

/**
 * The scale of `map`. Rows are probabilities, shares (received, rollout) multiples of uniform; a shared range is in multiples
 * of uniform wherever that means something, because a probability depends on the number of keys. Locked units win over the
 * map's own; without any that fits, the map stands from zero.
 * @param all the maps that share a range, `map` among them
 */
export function mapScale(
  map: AttentionMap,
  mode: RangeMode,
  all: readonly AttentionMap[],
  locked: LockedRanges = {},
): MapScale {
  const own: ScaleUnit = map.unit === 'share' && map.uniform !== null ? '× uniform' : map.unit;
  if (mode === 'locked') {
    const candidates: readonly ScaleUnit[] = map.uniform === null ? [own] : [own, '× uniform'];
    const unit = candidates.find((each) => locked[each] !== undefined);
    if (unit) return scaleOf(map, unit, locked[unit]!);
  }
  if (mode === 'shared') {
    const unit = map.uniform === null ? own : '× uniform';
    const peers = all.filter(({ uniform, unit: other, signed }) =>
      map.uniform === null ? uniform === null && other === map.unit && signed === map.signed : uniform !== null,
    );
    const ranges = [...peers, map].map((peer) => rangeOf(peer, unit));
    return scaleOf(map, unit, { min: 0, max: Math.max(...ranges.map(({ min, max }) => reach(map, min, max))) });
  }
  const { min, max } = rangeOf(map, own);
  return scaleOf(map, own, { min: mode === 'tight' ? min : 0, max: reach(map, min, max) });
}

/** The scale on which `map` stands in `unit` from and to the given numbers. */
function scaleOf(map: AttentionMap, unit: ScaleUnit, { min, max }: Range): MapScale {
  return { unit, factor: factorOf(map, unit), min: map.signed ? -max : min, max, signed: map.signed };
}

function factorOf(map: AttentionMap, unit: ScaleUnit): number {
  return unit === '× uniform' ? (map.uniform ?? 1) : 1;
}

/** Smallest and largest cell, in `unit`. */
function rangeOf(map: AttentionMap, unit: ScaleUnit): Range {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  const { cells } = map;
  for (let i = 0; i < cells.length; i++) {
    const value = cells[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const factor = factorOf(map, unit);
  return min > max ? { min: 0, max: 0 } : { min: min * factor, max: max * factor };
}

/** The far end of the colours. */
function reach({ signed }: AttentionMap, min: number, max: number): number {
  return signed ? Math.max(Math.abs(min), Math.abs(max)) : max;
}

/** Where `value` lies on the scale, 0–1. On a scale without width: its low end, or its middle where it is signed. */
export function positionOnScale(scale: MapScale, value: number): number {
  const width = scale.max - scale.min;
  if (!(width > 0)) return scale.signed ? 0.5 : 0;
  return Math.min(1, Math.max(0, (value * scale.factor - scale.min) / width));
}
