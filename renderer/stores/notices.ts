import { create } from 'zustand';

/** A message that has no place of its own on the screen. One at a time; a newer one takes its place. */
export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly action: { readonly label: string; readonly run: () => void } | null;
}

interface NoticeState {
  readonly notice: Notice | null;
  readonly show: (text: string, action?: Notice['action']) => void;
  readonly dismiss: () => void;
}

let nextId = 1;

export const useNotices = create<NoticeState>()((set) => ({
  notice: null,
  show: (text, action = null) => set({ notice: { id: nextId++, text, action } }),
  dismiss: () => set({ notice: null }),
}));
