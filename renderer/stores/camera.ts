import { create } from 'zustand';

interface CameraControls {
  readonly zoomBy: (factor: number) => void;
  /** In CSS pixels of the screen. */
  readonly panBy: (x: number, y: number) => void;
  /** The whole picture. */
  readonly reset: () => void;
}

interface CameraState {
  /** 1 shows the whole picture. */
  readonly zoom: number;
  /** Set while a picture is shown. */
  readonly controls: CameraControls | null;
}

/** The zoom of the large picture, for the keys and buttons that stand elsewhere. */
export const useCamera = create<CameraState>()(() => ({ zoom: 1, controls: null }));
