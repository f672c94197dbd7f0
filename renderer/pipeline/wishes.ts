import type { Point } from '../../models/attention/geometry.ts';
import type { StudyArgument, StudyCall } from '../stores/studies.ts';
import type { ViewChoices } from '../stores/view.ts';
import type { Subject } from './subject.ts';
import { cellUnder, tokenUnder, windowCentre } from './tiles.ts';

/** Per call and stage (or at 0) what the view wants of the engine; null: nothing. */
export type Wishes = { readonly [Call in StudyCall]: readonly (StudyArgument<Call> | null)[] };

export const NO_WISHES: Wishes = {
  row: [],
  column: [],
  stageRows: [],
  statistics: [],
  rollout: [],
  attribution: [],
  projection: [],
};

/**
 * What the view wants of the engine.
 * @param point whose query is shown, in the picture; null: the middle of what the network sees
 */
export function wishesOf(subject: Subject, view: ViewChoices, point: Point | null): Wishes {
  const { analysis, stages, tiles } = subject;
  if (!analysis || !tiles) return NO_WISHES;
  const { runId } = analysis;
  const at = point ?? windowCentre(analysis.window);
  const places = stages.map((_, stage) => ({
    runId,
    stage,
    block: view.blocks[stage] ?? 0,
    head: view.heads[stage] ?? null,
  }));
  const kinds = stages.map((_, stage) => kindIn(view, stages[stage]!.grids.cls));
  const byStage = <Wish>(wish: (stage: number) => Wish | null) => stages.map((_, stage) => wish(stage));
  const last = stages.length - 1;

  return {
    row: byStage((stage) => {
      const query = kinds[stage] === 'cls' ? 0 : kinds[stage] === 'row' ? tokenUnder(tiles[stage]!, at) : null;
      return query === null ? null : { ...places[stage]!, query };
    }),
    column: byStage((stage) => {
      const cell = kinds[stage] === 'column' ? cellUnder(tiles[stage]!.keys, at) : null;
      return cell === null ? null : { ...places[stage]!, key: cell + stages[stage]!.grids.cls };
    }),
    stageRows: [stageRowsWish(subject, view, kinds, at)],
    statistics: byStage((stage) => {
      const ofHead = kinds[stage] === 'received' && view.heads[stage] != null;
      return ofHead || (view.atlas && stage === view.stage && kinds[stage] !== null) ? { runId, stage } : null;
    }),
    rollout: [rolloutWish(subject, view, at)],
    attribution: [view.view === 'attribution' ? { runId, classes: classesOf(subject, view) } : null],
    projection: byStage((stage) =>
      view.view === 'projection' && stage <= last ? { runId, stage, block: places[stage]!.block } : null,
    ),
  };
}

/** The kind of map over heads that a view means in a stage: without a CLS token there is no CLS row, and received stands in. */
export type HeadMapKind = 'cls' | 'received' | 'row' | 'column' | 'attribution';

/** Null for views that have no map per head. */
export function kindIn({ view, direction }: Pick<ViewChoices, 'view' | 'direction'>, cls: 0 | 1): HeadMapKind | null {
  switch (view) {
    case 'cls':
      return cls === 1 ? 'cls' : 'received';
    case 'received':
      return 'received';
    case 'query':
      return direction === 'attends' ? 'row' : 'column';
    case 'attribution':
      return 'attribution';
    case 'rollout':
    case 'projection':
      return null;
  }
}

/** The class whose logit is taken apart: the chosen one, else the likeliest. Null without a result. */
export function targetOf(
  { analysis }: Pick<Subject, 'analysis'>,
  { target }: Pick<ViewChoices, 'target'>,
): number | null {
  if (!analysis) return null;
  const { probabilities } = analysis;
  if (target !== null && target < probabilities.length) return target;
  let best = 0;
  for (let index = 1; index < probabilities.length; index += 1)
    if (probabilities[index]! > probabilities[best]!) best = index;
  return best;
}

/** The target, and what it is held against unless that is the target itself. */
function classesOf(subject: Subject, view: ViewChoices): readonly number[] {
  const target = targetOf(subject, view);
  const against = view.contrast === target ? null : view.contrast;
  return [target, against].filter((index) => index !== null);
}

function stageRowsWish(
  { analysis, tiles }: Subject,
  { atlas, stage }: ViewChoices,
  kinds: readonly (HeadMapKind | null)[],
  at: Point,
): StudyArgument<'stageRows'> | null {
  const kind = kinds[stage];
  if (!analysis || !tiles || !atlas || (kind !== 'cls' && kind !== 'row')) return null;
  const query = kind === 'cls' ? 0 : tokenUnder(tiles[stage]!, at);
  return query === null ? null : { runId: analysis.runId, stage, query };
}

/** From a query it starts in the last stage: only from there it passes through all of them. */
function rolloutWish(
  { analysis, tiles, stages }: Subject,
  { view, rolloutFrom, spread }: ViewChoices,
  at: Point,
): StudyArgument<'rollout'> | null {
  if (!analysis || !tiles || view !== 'rollout') return null;
  const { runId } = analysis;
  if (rolloutFrom === 'answer') return { runId, start: { kind: 'answer' }, spread };
  const stage = stages.length - 1;
  const token = tokenUnder(tiles[stage]!, at);
  return token === null ? null : { runId, start: { kind: 'token', stage, token }, spread };
}
