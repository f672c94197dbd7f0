import type { EngineProgress } from '../engine/protocol.ts';

/** Shorter than what a screen waits for before it says that something is under way (screens/inspect/use-tardy.ts). */
const LATE_MS = 300;

export interface LateProgress {
  readonly hear: (progress: EngineProgress) => void;
  /** Nothing is told any more. */
  readonly end: () => void;
}

/**
 * Tells of progress once it has lasted, the latest of it then, and every step from there on. Each step has the whole screen made anew,
 * on the cores that the network is about to run on, and of a short run nobody sees any.
 */
export function lateProgress(tell: (progress: EngineProgress) => void): LateProgress {
  let latest: EngineProgress | null = null;
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    if (latest) tell(latest);
  }, LATE_MS);
  return {
    hear: (progress) => {
      latest = progress;
      if (isLate) tell(progress);
    },
    end: () => clearTimeout(timer),
  };
}
