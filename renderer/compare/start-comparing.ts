import type { Engine } from '../engine/engine.ts';
import type { ModelLibrary } from '../shell/model-library.ts';
import { keptColumns, useCompare } from '../stores/compare.ts';
import { useCompareView } from '../stores/compare-view.ts';
import { useImages } from '../stores/images.ts';
import { useScreen } from '../stores/screen.ts';
import { useSettings } from '../stores/settings.ts';
import { type FollowedColumns, startFollowingColumns } from './follow-columns.ts';
import { type ColumnRunner, startColumnRunner } from './run-columns.ts';

export interface Comparing {
  readonly columns: ColumnRunner;
  readonly maps: FollowedColumns;
}

/** Compare as a whole. Columns are brought back from the settings at the first look at them, and kept there. */
export function startComparing(engine: Engine, library: ModelLibrary): Comparing {
  const columns = startColumnRunner(engine, library);
  const maps = startFollowingColumns(engine, columns.refresh);
  useScreen.subscribe(({ screen }) => {
    const { compare, modelId } = useSettings.getState();
    if (screen === 'compare') useCompare.getState().open(compare, modelId);
  });
  useCompare.subscribe((state, before) => {
    if (state.columns !== before.columns || state.reference !== before.reference)
      useSettings.getState().update({ compare: keptColumns(state) });
  });
  useImages.subscribe(({ selected }, before) => {
    if (selected !== before.selected) useCompareView.getState().forgetPoints();
  });
  return { columns, maps };
}
