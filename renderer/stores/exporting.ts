import { create } from 'zustand';

/** What the last export came to. */
export interface ExportOutcome {
  readonly tone: 'done' | 'failed';
  readonly text: string;
}

interface ExportingState {
  /** Whether the menu is open. */
  readonly open: boolean;
  /** Whether something is being made. */
  readonly busy: boolean;
  readonly outcome: ExportOutcome | null;
  readonly show: (open: boolean) => void;
}

export const useExporting = create<ExportingState>()((set) => ({
  open: false,
  busy: false,
  outcome: null,
  // What was said last time is of another map.
  show: (open) => set(open ? { open, outcome: null } : { open }),
}));
