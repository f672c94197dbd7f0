import { useMemo } from 'react';
import { type Compared, compareAll } from '../../compare/column-results.ts';
import { useColumnMaps } from '../../stores/column-maps.ts';
import { useCompare } from '../../stores/compare.ts';

/** What the finished columns come to, as it is now. */
export function useCompared(): Compared {
  const columns = useCompare((state) => state.columns);
  const states = useCompare((state) => state.states);
  const reference = useCompare((state) => state.reference);
  const maps = useColumnMaps();
  return useMemo(() => compareAll(columns, states, maps, reference), [columns, states, maps, reference]);
}
