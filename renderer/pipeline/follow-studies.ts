import type { Engine } from '../engine/engine.ts';
import { useImages } from '../stores/images.ts';
import { useModel } from '../stores/model.ts';
import type { StudyCall } from '../stores/studies.ts';
import { queryPoint, useView } from '../stores/view.ts';
import { StudyCache } from './study-cache.ts';
import { type StudyBench, StudySlot } from './study-slot.ts';
import { currentSubject } from './subject.ts';
import { type Wishes, wishesOf } from './wishes.ts';

/** Enough for thousands of rows, or for the studies of a few pictures. */
const CACHED_BYTES = 96 * 1024 * 1024;

export interface FollowedStudies {
  /** Withdraws a study that is under way, until something else is wanted. */
  readonly cancel: (call: StudyCall, at: number) => void;
  /** Asks again for what was withdrawn or has failed. */
  readonly retry: (call: StudyCall, at: number) => void;
}

/**
 * Keeps the store of studies at what the view wants: the one place that asks the engine about a run. An analysis whose taps
 * are gone is refreshed once, and asked again.
 */
export function startFollowingStudies(engine: Engine, refresh: (imageId: string) => Promise<void>): FollowedStudies {
  const bench: StudyBench = {
    engine,
    cache: new StudyCache(CACHED_BYTES),
    refresh: async (runId) => {
      const { image, analysis } = currentSubject();
      if (image && analysis?.runId === runId) await refresh(image.id);
    },
  };
  const slots: { readonly [Call in StudyCall]: StudySlot<Call>[] } = {
    row: [],
    column: [],
    stageRows: [],
    statistics: [],
    rollout: [],
    attribution: [],
    projection: [],
  };
  const follow = () => {
    const view = useView.getState();
    const wishes = wishesOf(currentSubject(), view, queryPoint(view));
    for (const call of CALLS) followCall(bench, slots, call, wishes, view.stage);
  };
  useView.subscribe(follow);
  useImages.subscribe(follow);
  useModel.subscribe(follow);
  return {
    cancel: (call, at) => slots[call][at]?.cancel(),
    retry: (call, at) => slots[call][at]?.retry(),
  };
}

// Rows first: the pointer waits for them.
const CALLS: readonly StudyCall[] = [
  'row',
  'column',
  'stageRows',
  'attribution',
  'rollout',
  'projection',
  'statistics',
];

/** @param first the stage that is shown large; the engine answers in the order in which it is asked */
function followCall<Call extends StudyCall>(
  bench: StudyBench,
  slots: { readonly [Each in StudyCall]: StudySlot<Each>[] },
  call: Call,
  wishes: Wishes,
  first: number,
): void {
  const list: StudySlot<Call>[] = slots[call];
  // What was wanted by a model of more stages has to be withdrawn too.
  const count = Math.max(list.length, wishes[call].length);
  while (list.length < count) list.push(new StudySlot<Call>(bench, call, list.length));
  const order = [...list.keys()].sort((a, b) => Number(b === first) - Number(a === first));
  for (const at of order) list[at]!.wish(wishes[call][at] ?? null);
}
