import { createStore, type StoreApi } from 'zustand';
import { mapScale } from '../../models/drawing/map-scale.ts';
import type { Engine } from '../engine/engine.ts';
import { Leisure } from '../pipeline/leisure.ts';
import { NOWHERE, pixelsPlace, stagePlace } from '../pipeline/maps-of.ts';
import { StudyCache } from '../pipeline/study-cache.ts';
import { StudySlots } from '../pipeline/study-slots.ts';
import { NO_WISHES } from '../pipeline/wishes.ts';
import { type ColumnMap, useColumnMaps } from '../stores/column-maps.ts';
import { columnState, useCompare } from '../stores/compare.ts';
import { type CompareChoices, choicesIn, useCompareView } from '../stores/compare-view.ts';
import type { ShownMap } from '../stores/maps.ts';
import { useScreen } from '../stores/screen.ts';
import { NO_STUDIES, type Studies, type StudyCall } from '../stores/studies.ts';
import { queryPoint, type ViewChoices } from '../stores/view.ts';
import { columnSubject, columnWishes, isUnknownClass } from './column-subject.ts';

/** Of all columns together: thousands of rows. */
const CACHED_BYTES = 96 * 1024 * 1024;

export interface FollowedColumns {
  readonly cancel: (column: string, call: StudyCall, at: number) => void;
  readonly retry: (column: string, call: StudyCall, at: number) => void;
}

interface Followed {
  readonly store: StoreApi<Studies>;
  readonly slots: StudySlots;
}

/**
 * Keeps every column's map at what the one view and the one cursor want of it: each network is asked for its own token under
 * the same point of the picture, the latest wish first. Maps share one scale where that is chosen.
 * @param refresh runs a column once more whose taps the engine has let go of
 */
export function startFollowingColumns(
  engine: Engine,
  refresh: (column: string, runId: string) => Promise<void>,
): FollowedColumns {
  const shared = { engine, cache: new StudyCache(CACHED_BYTES), leisure: new Leisure() };
  const followed = new Map<string, Followed>();

  const followedFor = (id: string): Followed => {
    const before = followed.get(id);
    if (before) return before;
    const store = createStore<Studies>(() => NO_STUDIES);
    const slots = new StudySlots({ ...shared, store, refresh: (runId) => refresh(id, runId) });
    store.subscribe(show);
    const made = { store, slots };
    followed.set(id, made);
    return made;
  };

  const follow = () => {
    const compare = useCompare.getState();
    const view = useCompareView.getState();
    const point = queryPoint(view);
    for (const [id, { slots }] of followed)
      if (!compare.columns.some((each) => each.id === id)) {
        slots.follow(NO_WISHES, 0);
        followed.delete(id);
      }
    for (const { id } of compare.columns) {
      const state = columnState(compare, id);
      const subject = state.kind === 'done' ? columnSubject(state) : null;
      const { slots } = followedFor(id);
      if (!subject) {
        slots.follow(NO_WISHES, 0);
        continue;
      }
      // What nobody sees is not computed; what was asked for may end.
      if (useScreen.getState().screen !== 'compare') continue;
      const choices = choicesIn(view, subject.stages, subject.entry.labels);
      slots.follow(columnWishes(subject, view, choices, point), choices.stage);
    }
    show();
  };

  let before: readonly unknown[] = [];
  const show = () => {
    const compare = useCompare.getState();
    const view = useCompareView.getState();
    const studies = compare.columns.map(({ id }) => followedFor(id).store.getState());
    const inputs = [compare.columns, compare.states, ...studies, ...mapChoices(view)];
    // The pointer moves many times a second, and changes no map before the engine has answered.
    if (inputs.length === before.length && inputs.every((each, at) => Object.is(each, before[at]))) return;
    before = inputs;
    useColumnMaps.setState(mapsOf(view, studies), true);
  };

  useCompareView.subscribe(follow);
  useCompare.subscribe(follow);
  useScreen.subscribe(follow);
  return {
    cancel: (column, call, at) => followed.get(column)?.slots.cancel(call, at),
    retry: (column, call, at) => followed.get(column)?.slots.retry(call, at),
  };
}

function mapChoices(choices: CompareChoices): readonly unknown[] {
  const { view, stage, depth, head, direction, rolloutFrom, target, oneScale } = choices;
  return [view, stage, depth, head, direction, rolloutFrom, target, oneScale];
}

function mapsOf(view: CompareChoices, studies: readonly Studies[]): Readonly<Record<string, ColumnMap>> {
  const compare = useCompare.getState();
  const last = useColumnMaps.getState();
  const found = compare.columns.flatMap(({ id }, at) => {
    const state = columnState(compare, id);
    const subject = state.kind === 'done' ? columnSubject(state) : null;
    if (!subject) return [];
    const choices = choicesIn(view, subject.stages, subject.entry.labels);
    const unknownClass = isUnknownClass(view, subject);
    const place = unknownClass
      ? NOWHERE
      : view.view === 'rollout'
        ? pixelsPlace(subject, studies[at]!)
        : stagePlace(subject, choices, studies[at]!, choices.stage);
    const { runId } = subject.analysis;
    const map = place.found ?? (place.work ? held(last[id], runId, choices) : null);
    return [{ id, subject, choices, unknownClass, place, map, runId }];
  });
  const sharing = found.flatMap(({ map }) => (map ? [map.map] : []));
  return Object.fromEntries(
    found.map(({ id, subject, choices, unknownClass, place, map, runId }) => {
      const shown: ShownMap | null = map && { ...map, runId, scale: mapScale(map.map, choices.range, sharing) };
      const { tiles, stages } = subject;
      return [id, { shown, work: place.work, note: place.note, tiles, stages, choices, unknownClass }];
    }),
  );
}

/** The map that was shown, until another block's or head's is there: what it is of stands beside it. */
function held(before: ColumnMap | undefined, runId: string, { view }: ViewChoices): ShownMap | null {
  const shown = before?.shown;
  return shown?.runId === runId && before?.choices.view === view ? shown : null;
}
