import { create } from 'zustand';
import type { AttentionMap } from '../../models/attention/attention-map.ts';
import type { TokenPicture } from '../../models/attention/projection-study.ts';
import type { MapScale } from '../../models/drawing/map-scale.ts';
import type { StudyCall, StudyState } from './studies.ts';

/** A map and what its colours mean. */
export interface ShownMap {
  /** Of the run that it shows; its grids are those of that run's input size. */
  readonly runId: string;
  readonly map: AttentionMap;
  readonly scale: MapScale;
  /** Principal components, drawn as colours of their own in place of the map's values; null for all other maps. */
  readonly components: TokenPicture | null;
}

/** Why a place of the view shows another map than the one asked for, or none. */
export type MapNote =
  /** No CLS token in this stage: attention received stands in. */
  | 'received-stands-in'
  /** Only the last stage writes to the logits. */
  | 'not-the-last-stage'
  /** The query is outside of what the network sees. */
  | 'query-unseen';

/** What stands in one place of the view: a stage's card, or the large picture. */
export interface MapPlaceState {
  /** Null while there is none. */
  readonly shown: ShownMap | null;
  /** The engine's part in it; null where the map needs none. */
  readonly work: { readonly call: StudyCall; readonly at: number; readonly state: StudyState } | null;
  readonly note: MapNote | null;
}

interface MapsState {
  /** Per stage. */
  readonly stages: readonly MapPlaceState[];
  /** Over the picture: the chosen stage's map, or the pixels of a rollout. */
  readonly large: MapPlaceState;
}

export const NO_MAP: MapPlaceState = { shown: null, work: null, note: null };

/** All that is on show, kept by the pipeline (follow-maps.ts). Changes with every step of the pointer: select narrowly. */
export const useMaps = create<MapsState>()(() => ({ stages: [], large: NO_MAP }));

/** The map that is looked at: what is explained, spoken, tested and exported. */
export function largeMap(): ShownMap | null {
  return useMaps.getState().large.shown;
}
