import { useMemo, useRef } from 'react';
import { inputWindow } from '../../../models/image/preprocess.ts';
import type { InputWindow } from '../../../models/image/preprocessing.ts';
import type { Analysis, ModelReport } from '../../engine/protocol.ts';
import { mapOf, scaleOf, tilesOf } from '../../pipeline/pipeline.ts';
import type { MapScale, StageMap } from '../../pipeline/stage-map.ts';
import type { StageTiles } from '../../pipeline/tiles.ts';
import type { ModelEntry } from '../../shell/shell.ts';
import { selectedImage, type TrayImage, useImages } from '../../stores/images.ts';
import { entryOf, useModel } from '../../stores/model.ts';
import { useRows } from '../../stores/rows.ts';
import { useView } from '../../stores/view.ts';

export interface ShownMap {
  readonly map: StageMap;
  readonly scale: MapScale;
}

/** Everything that is looked at now: the picture, its analysis, and a map for every stage. */
export interface Inspection {
  readonly image: TrayImage | null;
  readonly entry: ModelEntry | null;
  readonly report: ModelReport | null;
  /** Null until the picture is done. */
  readonly analysis: Analysis | null;
  /** What of the picture the network sees; known before the analysis. */
  readonly window: InputWindow | null;
  readonly tiles: readonly StageTiles[] | null;
  /** Per stage; null while there is none yet. */
  readonly maps: readonly (ShownMap | null)[];
}

export function useInspection(): Inspection {
  const image = useImages(selectedImage);
  const model = useModel((store) => store.state);
  const entry = entryOf(model);
  const report = model.kind === 'ready' ? model.report : null;
  // A result of another model has nothing to say about this one's stages.
  const done = image?.status.kind === 'done' ? image.status.analysis : null;
  const analysis = done && report && done.modelId === report.id ? done : null;
  const size = image?.size ?? null;

  const window = useMemo(() => {
    if (analysis) return analysis.window;
    return size && entry ? inputWindow(size.width, size.height, entry.preprocessing) : null;
  }, [analysis, size, entry]);
  const tiles = useMemo(() => (report && window ? tilesOf(report, window) : null), [report, window]);
  const maps = useMaps(image, report, analysis);
  return { image, entry, report, analysis, window, tiles, maps };
}

/** The maps that were shown last, and of what. */
interface Held {
  readonly imageId: string;
  /** Another model has other grids. */
  readonly report: ModelReport | null;
  readonly maps: readonly (StageMap | null)[];
}

function useMaps(image: TrayImage | null, report: ModelReport | null, analysis: Analysis | null) {
  const view = useView((state) => state.view);
  const blocks = useView((state) => state.blocks);
  const heads = useView((state) => state.heads);
  const range = useView((state) => state.range);
  const rows = useRows((state) => state.rows);
  // A row takes a few milliseconds; until it is there the last map of this picture stays, or every change would flash.
  const held = useRef<Held>({ imageId: '', report: null, maps: [] });

  return useMemo(() => {
    if (!image || !report || !analysis) return [];
    const isSame = held.current.imageId === image.id && held.current.report === report;
    const last = isSame ? held.current.maps : [];
    const maps = report.stages.map((stage, at) => {
      const choice = { view, stage: at, block: blocks[at] ?? stage.depth - 1, head: heads[at] ?? null };
      return mapOf(analysis, stage, choice, rows[at] ?? null) ?? last[at] ?? null;
    });
    held.current = { imageId: image.id, report, maps };
    const shown = maps.filter((map) => map !== null);
    return maps.map((map) => map && { map, scale: scaleOf(map, range, shown) });
  }, [image, report, analysis, view, blocks, heads, range, rows]);
}
