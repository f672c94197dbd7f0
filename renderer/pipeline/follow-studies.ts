import type { Engine } from '../engine/engine.ts';
import { useImages } from '../stores/images.ts';
import { useModel } from '../stores/model.ts';
import { type StudyCall, useStudies } from '../stores/studies.ts';
import { queryPoint, useView } from '../stores/view.ts';
import { leisure } from './leisure.ts';
import { StudyCache } from './study-cache.ts';
import type { StudyBench } from './study-slot.ts';
import { StudySlots } from './study-slots.ts';
import { currentSubject } from './subject.ts';
import { wishesOf } from './wishes.ts';

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
    store: useStudies,
    cache: new StudyCache(CACHED_BYTES),
    leisure,
    refresh: async (runId) => {
      const { image, analysis } = currentSubject();
      if (image && analysis?.runId === runId) await refresh(image.id);
    },
  };
  const slots = new StudySlots(bench);
  const follow = () => {
    const view = useView.getState();
    slots.follow(wishesOf(currentSubject(), view, queryPoint(view)), view.stage);
  };
  useView.subscribe(follow);
  useImages.subscribe(follow);
  useModel.subscribe(follow);
  return {
    cancel: (call, at) => slots.cancel(call, at),
    retry: (call, at) => slots.retry(call, at),
  };
}
