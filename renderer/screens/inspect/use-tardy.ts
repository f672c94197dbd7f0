import { useEffect, useState } from 'react';
import { type MapPlaceState, useMaps } from '../../stores/maps.ts';

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

/**
 * The same for the map that is shown large, without a render at every step of a pointer that the engine keeps up with.
 */
export function useTardyMap(): boolean {
  const [tardy, setTardy] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const look = () => {
      const since = isTardy(useMaps.getState().large.work);
      const left = since === null ? null : since + TARDY_MS - performance.now();
      setTardy(left !== null && left <= 0);
      // A timer that is under way looks again when it ends, at whatever is waited for by then.
      if (left !== null && left > 0) timer ??= setTimeout(lookLater, left);
    };
    const lookLater = () => {
      timer = null;
      look();
    };
    look();
    const end = useMaps.subscribe(look);
    return () => {
      end();
      if (timer !== null) clearTimeout(timer);
    };
  }, []);
  return tardy;
}
