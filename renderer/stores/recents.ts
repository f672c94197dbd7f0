import { create } from 'zustand';
import type { RecentFile } from '../shell/desktop.ts';

interface RecentsState {
  /** What was opened before, the latest first; null where nothing keeps it, as in a browser. */
  readonly files: readonly RecentFile[] | null;
  /** Remembers what the user dropped or chose. */
  readonly note: (files: readonly File[]) => void;
}

export const useRecents = create<RecentsState>()(() => ({ files: null, note: () => {} }));
