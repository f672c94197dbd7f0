import { create } from 'zustand';

/** What may stand over any screen, one at a time. */
export type OverlayName = 'palette' | 'shortcuts' | 'about' | 'licences';

interface OverlayState {
  readonly overlay: OverlayName | null;
  readonly show: (overlay: OverlayName | null) => void;
}

export const useOverlay = create<OverlayState>()((set) => ({
  overlay: null,
  show: (overlay) => set({ overlay }),
}));

/** For a dialog's `onOpenChange`. Closing takes away nothing that another has put in its place. */
export function toggleOverlay(name: OverlayName): (open: boolean) => void {
  return (open) => {
    const { overlay, show } = useOverlay.getState();
    if (open) show(name);
    else if (overlay === name) show(null);
  };
}
