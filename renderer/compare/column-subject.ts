import type { Point } from '../../models/attention/geometry.ts';
import { LensError } from '../../models/errors.ts';
import type { Subject } from '../pipeline/subject.ts';
import { type StageTiles, stageTiles } from '../pipeline/tiles.ts';
import { NO_WISHES, type Wishes, wishesOf } from '../pipeline/wishes.ts';
import type { ColumnState } from '../stores/compare.ts';
import { type CompareChoices, classIn } from '../stores/compare-view.ts';
import type { StudyCall } from '../stores/studies.ts';
import type { ViewChoices } from '../stores/view.ts';

export type DoneColumn = Extract<ColumnState, { readonly kind: 'done' }>;
/** A subject that has been analysed. */
export type ColumnSubject = Subject & {
  readonly entry: NonNullable<Subject['entry']>;
  readonly report: NonNullable<Subject['report']>;
  readonly analysis: NonNullable<Subject['analysis']>;
  readonly tiles: readonly StageTiles[];
};

const known = new WeakMap<DoneColumn, ColumnSubject>();

/** A finished column as the pipeline sees whatever is looked at; the same object for the same result. */
export function columnSubject(state: DoneColumn): ColumnSubject | null {
  const before = known.get(state);
  if (before) return before;
  const { entry, report, analysis } = state;
  const tiles = tilesOf(state);
  if (!tiles) return null;
  const subject = { image: null, entry, report, analysis, stages: analysis.stages, window: analysis.window, tiles };
  known.set(state, subject);
  return subject;
}

/** What one column wants of the engine: the map that is looked at, and nothing for its other stages. */
export function columnWishes(
  subject: ColumnSubject,
  choices: CompareChoices,
  inThis: ViewChoices,
  point: Point | null,
): Wishes {
  if (isUnknownClass(choices, subject)) return NO_WISHES;
  const wishes = wishesOf(subject, inThis, point);
  const atStage = <Wish>(list: readonly Wish[]) => list.map((wish, at) => (at === inThis.stage ? wish : null));
  const byStage = { row: atStage(wishes.row), column: atStage(wishes.column), statistics: atStage(wishes.statistics) };
  return { ...wishes, ...byStage } satisfies { readonly [Call in StudyCall]: unknown };
}

/** Whether a class is to be explained that this network does not tell apart. */
export function isUnknownClass({ view, target }: CompareChoices, { entry }: ColumnSubject): boolean {
  return view === 'attribution' && target !== null && classIn(target, entry.labels) === null;
}

function tilesOf({ report, analysis }: DoneColumn): readonly StageTiles[] | null {
  try {
    return stageTiles(report, analysis.window);
  } catch (error) {
    if (error instanceof LensError) return null;
    throw error;
  }
}
