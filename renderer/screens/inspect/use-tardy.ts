import { useEffect, useState } from 'react';
import type { MapPlaceState } from '../../stores/maps.ts';

/** A study that takes longer is said to be under way; most are over before that could be read. */
const TARDY_MS = 350;

/** Whether a place's map waits for the engine; its start, where it does. */
export function isTardy(work: MapPlaceState['work']): number | null {
  return work?.state.kind === 'working' ? work.state.since : null;
}

/** Becomes true once something that began at `since` (performance.now(); null: nothing) takes noticeably long. */
export function useTardy(since: number | null): boolean {
  const [tardySince, setTardySince] = useState<number | null>(null);
  useEffect(() => {
    if (since === null) return;
    const timer = setTimeout(() => setTardySince(since), Math.max(0, since + TARDY_MS - performance.now()));
    return () => clearTimeout(timer);
  }, [since]);
  return since !== null && tardySince === since;
}
