import { create } from 'zustand';
import type { StageReport } from '../engine/protocol.ts';
import type { StageTiles } from '../pipeline/tiles.ts';
import type { MapPlaceState } from './maps.ts';
import type { ViewChoices } from './view.ts';

/** The map of one column, and what is needed to draw it. */
export interface ColumnMap extends MapPlaceState {
  readonly tiles: readonly StageTiles[];
  readonly stages: readonly StageReport[];
  /** What is looked at, in this network's terms. */
  readonly choices: ViewChoices;
  /** The class whose logit is wanted is none of this network's. */
  readonly unknownClass: boolean;
}

/** By column; none for those without a result. Kept by compare/follow-columns.ts. */
export const useColumnMaps = create<Readonly<Record<string, ColumnMap>>>()(() => ({}));
