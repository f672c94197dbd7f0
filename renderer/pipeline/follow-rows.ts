import { CancelledError, LensError } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Analysis, RowQuery } from '../engine/protocol.ts';
import { selectedImage, useImages } from '../stores/images.ts';
import { readyModel, useModel } from '../stores/model.ts';
import { useNotices } from '../stores/notices.ts';
import { type Row, showRow, useRows } from '../stores/rows.ts';
import { queryPoint, useView } from '../stores/view.ts';
import { LatestLane } from './latest-lane.ts';
import { queryOf, tilesOf } from './pipeline.ts';
import { windowCentre } from './tiles.ts';

/** Rows that were answered lately: going back over the same pixels asks nothing. At 577 keys this is 2 MB. */
const CACHED_ROWS = 1024;

/**
 * Keeps every stage's row store at the row that the view wants: CLS, or the token under the pointer. One request per
 * stage at a time, the latest wish wins; an analysis whose taps are gone is refreshed and asked again.
 */
export function startFollowingRows(engine: Engine, refresh: (imageId: string) => Promise<void>): void {
  const lanes: LatestLane[] = [];
  const cache = new Map<string, Row>();

  const follow = () => {
    const wanted = wantedRows();
    for (const [stage, query] of wanted.entries()) {
      lanes[stage] ??= new LatestLane();
      const shown = useRows.getState().rows[stage] ?? null;
      if (!query) {
        lanes[stage].clear();
        showRow(stage, null);
      } else if (!shown || keyOf(shown.query) !== keyOf(query)) {
        const known = cache.get(keyOf(query));
        if (known) showRow(stage, known);
        else lanes[stage].request(() => ask(query));
      }
    }
  };

  const ask = async (query: RowQuery) => {
    // The wish may have changed while this one waited.
    if (!isWanted(query)) return;
    try {
      const row = { query, values: await engine.call('row', query) };
      remember(cache, row);
      // A row of a place that the pointer has just left is still the newest there is; of another run it is not.
      if (sameMap(query, wantedRows()[query.stage])) showRow(query.stage, row);
    } catch (error) {
      if (error instanceof CancelledError || !isWanted(query)) return;
      const image = selectedImage(useImages.getState());
      if (error instanceof LensError && error.code === 'taps-released' && image) await refresh(image.id);
      else useNotices.getState().show(error instanceof Error ? error.message : String(error));
    }
  };

  useView.subscribe(follow);
  useImages.subscribe(follow);
  useModel.subscribe(follow);
}

/** The row each stage should show now; null where it needs none. */
function wantedRows(): readonly (RowQuery | null)[] {
  const model = readyModel();
  const analysis = currentAnalysis();
  const { view, blocks, heads } = useView.getState();
  const point = queryPoint(useView.getState());
  if (!model || analysis?.modelId !== model.report.id) return useView.getState().stages.map(() => null);
  const tiles = tilesOf(model.report, analysis.window);
  return model.report.stages.map((report, stage) => {
    const choice = { view, stage, block: blocks[stage] ?? report.depth - 1, head: heads[stage] ?? null };
    const query = queryOf(choice, report, tiles[stage]!, point ?? windowCentre(analysis.window));
    return query === null ? null : { runId: analysis.runId, stage, block: choice.block, head: choice.head, query };
  });
}

function currentAnalysis(): Analysis | null {
  const image = selectedImage(useImages.getState());
  return image?.status.kind === 'done' ? image.status.analysis : null;
}

function isWanted(query: RowQuery): boolean {
  const wanted = wantedRows()[query.stage];
  return wanted != null && keyOf(wanted) === keyOf(query);
}

function sameMap(a: RowQuery, b: RowQuery | null | undefined): boolean {
  return b != null && a.runId === b.runId && a.block === b.block && a.head === b.head;
}

function keyOf({ runId, stage, block, head, query }: RowQuery): string {
  return `${runId} ${stage} ${block} ${head ?? 'mean'} ${query}`;
}

/** Least recently added goes first; Map keeps that order. */
function remember(cache: Map<string, Row>, row: Row): void {
  cache.set(keyOf(row.query), row);
  if (cache.size > CACHED_ROWS) cache.delete(cache.keys().next().value!);
}
