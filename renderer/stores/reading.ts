import { create } from 'zustand';

interface ReadingState {
  /** Files found so far in the folders that are being searched; null while none is. */
  readonly found: number | null;
  /** Ends the search; what was found stays. */
  readonly cancel: () => void;
}

/** Folders on their way into the tray. */
export const useReading = create<ReadingState>()(() => ({ found: null, cancel: () => {} }));
