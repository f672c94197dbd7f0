import { create } from 'zustand';

interface QueueState {
  /** Background pictures wait; the one that is looked at runs all the same. */
  readonly paused: boolean;
  /** Why it paused by itself; null where the user did it. */
  readonly reason: string | null;
  /** What a background picture takes, all told; null until some were run. */
  readonly msPerPicture: number | null;
}

/** How the tray's pictures are worked off. Who waits is written at the pictures themselves. */
export const useQueue = create<QueueState>()(() => ({ paused: false, reason: null, msPerPicture: null }));
