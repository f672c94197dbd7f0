import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { CropPosition } from '../../models/image/preprocessing.ts';
import type { Analysis, EngineProgress } from '../engine/protocol.ts';

export type ImageStatus =
  /** Waiting for its header to be read. */
  | { readonly kind: 'loading' }
  /** Fit to be decoded; waiting for the engine. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'running'; readonly progress: EngineProgress | null }
  | { readonly kind: 'done'; readonly analysis: Analysis }
  /** The user stopped it. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'error'; readonly error: ErrorMessage };

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

export interface TrayImage {
  readonly id: string;
  readonly name: string;
  readonly file: Blob;
  /** Object URL of the picture; null until its header was judged, because a browser decodes whatever it is given. */
  readonly url: string | null;
  /** Object URL of a small rendering. */
  readonly thumbnail: string | null;
  /** In pixels, orientation applied, as the header says; null until it was read. */
  readonly size: PictureSize | null;
  /** Where the user put the crop, on whatever input crops; null for the centre. */
  readonly crop: CropPosition | null;
  readonly status: ImageStatus;
}

export interface NewImage {
  readonly name: string;
  readonly file: Blob;
}

interface Removed {
  readonly images: readonly TrayImage[];
  /** Where they stood, to put them back there. */
  readonly positions: readonly number[];
  readonly selected: string | null;
}

interface ImagesState {
  readonly images: readonly TrayImage[];
  readonly selected: string | null;
  /** The last removal, until the next one or until it is forgotten. */
  readonly removed: Removed | null;
  /** Appends to the tray; the first of them is selected. Answers their ids. */
  readonly add: (files: readonly NewImage[]) => readonly string[];
  readonly change: (id: string, change: Partial<Omit<TrayImage, 'id'>>) => void;
  readonly setStatus: (id: string, status: ImageStatus) => void;
  readonly select: (id: string) => void;
  /** Along the tray; stops at its ends. */
  readonly step: (by: number) => void;
  readonly remove: (ids: readonly string[]) => void;
  readonly undoRemove: () => void;
  /** Lets go of what could still be brought back. */
  readonly forgetRemoved: () => void;
}

let nextId = 1;

export const useImages = create<ImagesState>()((set, get) => ({
  images: [],
  selected: null,
  removed: null,

  add: (files) => {
    const added = files.map<TrayImage>(({ name, file }) => ({
      id: `image-${nextId++}`,
      name,
      file,
      url: null,
      thumbnail: null,
      size: null,
      crop: null,
      status: { kind: 'loading' },
    }));
    const first = added[0];
    if (first) set((state) => ({ images: [...state.images, ...added], selected: first.id }));
    return added.map((image) => image.id);
  },

  change: (id, change) => {
    const image = get().images.find((candidate) => candidate.id === id);
    // It was removed meanwhile: what came for it is let go, and it starts afresh if it is brought back.
    if (!image) {
      if (change.url) URL.revokeObjectURL(change.url);
      if (change.thumbnail) URL.revokeObjectURL(change.thumbnail);
      return;
    }
    set((state) => ({ images: state.images.map((old) => (old.id === id ? { ...old, ...change } : old)) }));
  },

  setStatus: (id, status) => get().change(id, { status }),

  select: (id) => set((state) => (state.images.some((image) => image.id === id) ? { selected: id } : state)),

  step: (by) =>
    set((state) => {
      const at = state.images.findIndex((image) => image.id === state.selected);
      const next = state.images[Math.min(state.images.length - 1, Math.max(0, at + by))];
      return next ? { selected: next.id } : state;
    }),

  remove: (ids) => {
    get().forgetRemoved();
    set((state) => {
      const gone = new Set(ids);
      const positions = state.images.flatMap((image, at) => (gone.has(image.id) ? [at] : []));
      if (positions.length === 0) return state;
      const kept = state.images.filter((image) => !gone.has(image.id));
      const at = state.images.findIndex((image) => image.id === state.selected);
      const stays = kept.some((image) => image.id === state.selected);
      return {
        images: kept,
        selected: stays ? state.selected : (kept[Math.min(at, kept.length - 1)]?.id ?? null),
        removed: { images: positions.map((p) => state.images[p]!), positions, selected: state.selected },
      };
    });
  },

  undoRemove: () =>
    set((state) => {
      if (!state.removed) return state;
      const images = [...state.images];
      for (const [index, image] of state.removed.images.entries())
        images.splice(state.removed.positions[index]!, 0, settled(image));
      return { images, removed: null, selected: state.removed.selected };
    }),

  forgetRemoved: () =>
    set((state) => {
      for (const image of state.removed?.images ?? []) {
        if (image.url) URL.revokeObjectURL(image.url);
        if (image.thumbnail) URL.revokeObjectURL(image.thumbnail);
      }
      return { removed: null };
    }),
}));

/** Work that was under way when the image was removed was withdrawn with it, so it has to be asked for again. */
function settled(image: TrayImage): TrayImage {
  const { kind } = image.status;
  return kind === 'running' ? { ...image, status: { kind: image.url ? 'queued' : 'loading' } } : image;
}

export function imageById(id: string | null): TrayImage | null {
  return useImages.getState().images.find((image) => image.id === id) ?? null;
}

/** The picture that is looked at. */
export function selectedImage(state: Pick<ImagesState, 'images' | 'selected'>): TrayImage | null {
  return state.images.find((image) => image.id === state.selected) ?? null;
}
