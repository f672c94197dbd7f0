import { useEffect } from 'react';
import { create } from 'zustand';
import type { MapScale } from '../../../../models/drawing/map-scale.ts';
import type { AtlasEntry, AtlasOrder } from './atlas-maps.ts';

/** An atlas as it stands on the screen, for whoever takes it away. */
export interface ShownAtlas {
  readonly runId: string;
  /** Index from 0. */
  readonly stage: number;
  /** In the order shown. */
  readonly entries: readonly AtlasEntry[];
  readonly order: AtlasOrder;
  readonly scale: MapScale;
  /** Whether a hundredth of the cells lie beyond the scale. */
  readonly clipped: boolean;
}

export const useShownAtlas = create<{ readonly shown: ShownAtlas | null }>()(() => ({ shown: null }));

/** Keeps the store at what is shown, as long as it is. */
export function usePublishedAtlas(shown: ShownAtlas | null): void {
  useEffect(() => {
    useShownAtlas.setState({ shown });
    return () => useShownAtlas.setState({ shown: null });
  }, [shown]);
}
