import { totalmem } from 'node:os';
import { footprintOf } from '../../../models/cvt/footprint.ts';
import type { PreparedModel } from '../load-model.ts';
import { MOST_THREADS } from '../runtime.ts';

/** How a model is run: in so many copies, each with a runtime, its weights and so many threads of its own. */
export interface LanePlan {
  readonly lanes: number;
  readonly threads: number;
}

/** Starting a lane takes as long as a few pictures. */
const LEAST_RUNS = 4;

export interface LaneNeeds {
  /** Null: as many as are good. */
  readonly asked: number | null;
  /** Batches that there are to share out. */
  readonly runs: number;
  readonly cores: number;
  /** Of one lane. */
  readonly laneBytes: number;
  /** That all lanes together may take. */
  readonly budgetBytes: number;
}

/**
 * Several copies of one thread finish more pictures than one copy of several threads, whose matrices are too small to be shared out well
 * (test/bench/NOTES.md, line 8). Where memory allows fewer lanes than cores, each takes several threads, so that most cores have something
 * to do.
 */
export function planLanes({ asked, runs, cores, laneBytes, budgetBytes }: LaneNeeds): LanePlan {
  const plan = (lanes: number): LanePlan => ({
    lanes,
    threads: Math.max(1, Math.min(MOST_THREADS, Math.floor(cores / lanes))),
  });
  if (asked !== null) return plan(Math.max(1, Math.min(asked, runs)));
  const most = Math.min(cores, Math.floor(budgetBytes / laneBytes), Math.floor(runs / LEAST_RUNS));
  let best = plan(Math.max(1, most));
  for (let lanes = best.lanes - 1; lanes >= 1; lanes--) {
    const fewer = plan(lanes);
    if (fewer.lanes * fewer.threads > best.lanes * best.threads) best = fewer;
  }
  return best;
}

/** An estimate of what a lane takes. */
export function laneBytesOf({ facts, shape }: Pick<PreparedModel, 'facts' | 'shape'>): number {
  const [batch, , height, width] = shape;
  const { peakBytes, runBytes } = footprintOf(facts.spec, facts.numClasses, { height, width });
  return peakBytes + (batch - 1) * runBytes;
}

/**
 * An eighth of the memory that this process may have. Not a part of what is free: how a product is shared out among threads shows in
 * its last bits, and an evaluation that goes on another day is to have the same threads. (macOS, besides, calls little free that could
 * be had.)
 */
export function laneBudgetBytes(): number {
  const limit = process.constrainedMemory();
  return (limit > 0 ? Math.min(limit, totalmem()) : totalmem()) / 8;
}
