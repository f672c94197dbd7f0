import { create } from 'zustand';

export type ScreenName = 'inspect' | 'compare' | 'evaluate' | 'models';

interface ScreenState {
  readonly screen: ScreenName;
  /** The field that the Models screen should bring into view and give the focus, asked for from elsewhere. */
  readonly wanted: 'token' | 'folder' | null;
  readonly show: (screen: ScreenName, wanted?: ScreenState['wanted']) => void;
  /** Brings a screen of one picture to the front, unless one is there already. */
  readonly showPicture: () => void;
  readonly forgetWanted: () => void;
}

/** Which screen is in front. */
export const useScreen = create<ScreenState>()((set) => ({
  screen: 'inspect',
  wanted: null,
  show: (screen, wanted = null) => set({ screen, wanted }),
  showPicture: () =>
    set((state) => {
      const isThere = state.screen === 'compare' || (state.screen === 'inspect' && state.wanted === null);
      return isThere ? state : { screen: 'inspect', wanted: null };
    }),
  forgetWanted: () => set({ wanted: null }),
}));
