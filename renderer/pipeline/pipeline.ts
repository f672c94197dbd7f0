import type { Point } from '../../models/attention/geometry.ts';
import { BlobSource } from '../../models/bytes/byte-source.ts';
import { orientedSize, readImageHeaderFrom } from '../../models/image/header.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import { type Prediction, rankClasses } from '../../models/predictions.ts';
import type { CallOptions, Engine } from '../engine/engine.ts';
import type { Analysis, ModelRef, ModelReport, StageReport } from '../engine/protocol.ts';
import type { PictureSize } from '../stores/images.ts';
import type { Row } from '../stores/rows.ts';
import type { RangeMode } from '../stores/view.ts';
import { type Layout, type Look, paintTiles } from './paint.ts';
import { type MapChoice, type MapScale, mapKind, mapScale, type StageMap, stageMap } from './stage-map.ts';
import { type StageTiles, stageTiles, tokenUnder } from './tiles.ts';

/*
 * One picture from the drop to the overlay. Each step is a function of the one before; the stores keep what the steps
 * return, and a change of view starts again at step 4.
 */

/** 1. The file is judged by its header, before anything decodes it. @throws ImageError */
export async function judgePicture(name: string, file: Blob, signal?: AbortSignal): Promise<PictureSize> {
  return orientedSize(await readImageHeaderFrom(new BlobSource(name, file), signal));
}

/** 2. The engine decodes, resizes, crops and runs it: logits, received maps, and taps that it keeps for rows. */
export function analysePicture(engine: Engine, model: ModelRef, name: string, file: Blob, options: CallOptions) {
  return engine.call('analyze', { model, picture: { name, bytes: file } }, options);
}

/** 3. The answer, likeliest class first. */
export function predictionsOf(analysis: Analysis, labels: readonly string[]): readonly Prediction[] {
  return rankClasses(analysis.probabilities, labels);
}

/** 4. Where the cells of every stage lie in the user's picture. */
export function tilesOf(report: ModelReport, window: InputWindow): readonly StageTiles[] {
  return stageTiles(report, window);
}

/**
 * 5. The query whose row a stage has to show, as a token index: CLS, or the token under `point`. Null where the map needs
 * no row.
 */
export function queryOf(choice: MapChoice, stage: StageReport, tiles: StageTiles, point: Point): number | null {
  const kind = mapKind(choice.view, stage);
  if (kind === 'received') return null;
  return kind === 'cls' ? 0 : tokenUnder(tiles, point);
}

/** 6. The map, from the analysis or from the answered row; null until that has come. */
export function mapOf(analysis: Analysis, stage: StageReport, choice: MapChoice, row: Row | null): StageMap | null {
  return stageMap(analysis, stage, choice, row);
}

/** 7. What its colours mean. */
export function scaleOf(map: StageMap, mode: RangeMode, shown: readonly StageMap[]): MapScale {
  return mapScale(map, mode, shown);
}

/** 8. The overlay: every cell on its own pixels. */
export function paintOverlay(
  context: CanvasRenderingContext2D,
  map: StageMap,
  scale: MapScale,
  tiles: StageTiles,
  layout: Layout,
  look: Look,
): void {
  paintTiles(context, map, scale, tiles.keys, layout, look);
}
