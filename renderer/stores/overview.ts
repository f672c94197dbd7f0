import { create } from 'zustand';
import type { Session } from '../results/journal.ts';
import { ALL_PICTURES, ARRIVAL, type PictureFilter, type PictureOrder } from '../results/picture-filter.ts';

interface OverviewState {
  /** The grid stands in place of the picture. */
  readonly open: boolean;
  /** Whose results it shows: the tray's, or those of the session before. */
  readonly source: 'tray' | 'earlier';
  readonly filter: PictureFilter;
  readonly order: PictureOrder;
  /** Rows that are marked, for what is done to many at once. */
  readonly marked: ReadonlySet<string>;
  /** The session before this one; null where there is none, or it was cleared. */
  readonly earlier: Session | null;
  readonly show: (open: boolean, source?: OverviewState['source']) => void;
  readonly narrow: (change: Partial<PictureFilter>) => void;
  readonly sort: (order: PictureOrder) => void;
  readonly mark: (ids: Iterable<string>) => void;
}

/** Which of the pictures are shown, in which order, and whether they fill the screen. */
export const useOverview = create<OverviewState>()((set) => ({
  open: false,
  source: 'tray',
  filter: ALL_PICTURES,
  order: ARRIVAL,
  marked: new Set(),
  earlier: null,
  show: (open, source = 'tray') => set({ open, source, marked: new Set() }),
  narrow: (change) => set(({ filter }) => ({ filter: { ...filter, ...change }, marked: new Set() })),
  sort: (order) => set({ order }),
  mark: (ids) => set({ marked: new Set(ids) }),
}));
