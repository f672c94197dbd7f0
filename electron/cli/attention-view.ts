import type { AttentionMap } from '../../models/attention/attention-map.ts';
import {
  fromPicture,
  type Point,
  queryTokenAt,
  type Rect,
  type StageGeometry,
  tileOf,
  toPicture,
} from '../../models/attention/geometry.ts';
import {
  attributionMap,
  receivedByHead,
  receivedMap,
  rolloutPixelMap,
  rolloutStageMap,
  rowMap,
} from '../../models/attention/maps.ts';
import type { StudyWatch } from '../../models/attention/run-studies.ts';
import type { InputWindow } from '../../models/image/preprocessing.ts';
import type { StudiedPicture } from '../inference/study-model.ts';
import type { AttentionChoice, StageFacts } from './attention-options.ts';
import { usageError } from './command.ts';

/** A picture that was shown to the network, and where its cells lie. */
export interface Studied {
  readonly picture: StudiedPicture;
  readonly stages: readonly StageFacts[];
  readonly geometry: readonly StageGeometry[];
  readonly window: InputWindow;
}

export interface ViewedMap {
  readonly map: AttentionMap;
  /** The query's tile, in picture pixels. */
  readonly marked: readonly Rect[];
}

/**
 * The map that was asked for, with the same numbers as in the app.
 * @param classes of an attribution: the target and perhaps its contrast
 * @throws ShellError `usage` where the query lies outside of what the network sees; CancelledError
 */
export async function viewAttention(
  studied: Studied,
  choice: AttentionChoice,
  classes: readonly number[],
  watch: StudyWatch,
): Promise<ViewedMap> {
  const { stages, picture, window } = studied;
  const { studies } = picture;
  const last = stages.length - 1;
  const { view, head, query } = choice;
  if (view === 'rollout') {
    const from = query && tokenAt(studied, last, query);
    const start = from ? ({ kind: 'token', stage: last, token: from.token } as const) : ({ kind: 'answer' } as const);
    const rollout = await studies.rollout(start, 'uniform', watch);
    const { stage } = choice;
    const map =
      stage === null
        ? rolloutPixelMap(rollout, { rows: window.inputHeight, cols: window.inputWidth })
        : rolloutStageMap(rollout, stage, stages[stage]!.grids);
    // A rollout that starts in the last stage passes through every other.
    return { map: map!, marked: from ? [from.tile] : [] };
  }
  const stage = choice.stage!;
  const { grids, heads } = stages[stage]!;
  if (view === 'attribution') {
    const [target, contrast] = await studies.attribution(classes, watch);
    const parts = { block: choice.block, head };
    return { map: attributionMap(stage, grids, heads, target!, contrast ?? null, parts), marked: [] };
  }
  const place = { stage, block: choice.block!, head };
  if (view === 'received') {
    const values =
      head === null
        ? picture.received[stage]![place.block]!
        : receivedByHead((await studies.statistics(stage, watch))[place.block]!, head);
    return { map: receivedMap(place, grids, values), marked: [] };
  }
  const from = query ? tokenAt(studied, stage, query) : null;
  const token = from?.token ?? 0;
  const values = await studies.row(stage, place.block, head, token);
  return { map: rowMap(place, grids, token, values), marked: from ? [from.tile] : [] };
}

function tokenAt({ geometry, window }: Studied, stage: number, point: Point) {
  const at = geometry[stage]!;
  const token = queryTokenAt(at, fromPicture(window, point));
  if (token === null)
    throw usageError(
      `The network does not see pixel ${point.x},${point.y}: it lies outside of the picture or its crop.`,
    );
  return { token, tile: toPicture(window, tileOf(at.tokens, token - at.cls)) };
}
