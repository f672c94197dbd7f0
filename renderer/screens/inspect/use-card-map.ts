import { useMemo, useSyncExternalStore } from 'react';
import { leisure } from '../../pipeline/leisure.ts';
import { type ShownMap, useMaps } from '../../stores/maps.ts';
import { useView } from '../../stores/view.ts';
import { asksQuery } from './query-place.ts';

/**
 * The map of a stage's card. That of the stage which stands large shows what the large map shows: while it follows the pointer, it
 * takes its turn with the other stages' instead of drawing everything twice.
 * @param at stage index, from 0
 */
export function useCardMap(at: number): ShownMap | null {
  const card = useMemo(() => cardMap(at), [at]);
  return useSyncExternalStore(card.subscribe, card.read);
}

function cardMap(at: number) {
  const now = () => useMaps.getState().stages[at]?.shown ?? null;
  let shown = now();
  return {
    read: () => {
      const next = now();
      if (!isStep(at, shown, next)) shown = next;
      return shown;
    },
    subscribe: (changed: () => void) => {
      const turn = () => {
        shown = now();
        changed();
      };
      const look = () => {
        const next = now();
        if (isStep(at, shown, next)) leisure.take(turn);
        else if (next !== shown) changed();
      };
      const end = useMaps.subscribe(look);
      return () => {
        end();
        leisure.leave(turn);
      };
    },
  };
}

/** Whether a stage that stands large has gone on with the pointer, and changed in nothing else. */
function isStep(at: number, was: ShownMap | null, now: ShownMap | null): boolean {
  if (!was || !now || was === now || was.runId !== now.runId) return false;
  const view = useView.getState();
  if (view.stage !== at || !asksQuery(view) || view.activePin !== null) return false;
  const [a, b] = [was.map, now.map];
  return a.view === b.view && a.block === b.block && a.head === b.head && a.token !== b.token;
}
