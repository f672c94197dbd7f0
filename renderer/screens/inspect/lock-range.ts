import { useMaps } from '../../stores/maps.ts';
import { useView } from '../../stores/view.ts';

/**
 * Keeps the numbers of the colour bar that is shown, for every map in its unit; what is kept for other units stays. With
 * nothing on show there is nothing to keep.
 */
export function lockShownRange(): void {
  const { shown } = useMaps.getState().large;
  if (shown) useView.getState().lockRange([shown.scale]);
}

/** Locks the range that is shown, or lets go of it. */
export function toggleLock(): void {
  const { range, setRange } = useView.getState();
  if (range === 'locked') setRange('zero');
  else lockShownRange();
}
