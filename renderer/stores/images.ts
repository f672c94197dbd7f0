import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { CropPosition } from '../../models/image/preprocessing.ts';
import type { Analysis, EngineProgress } from '../engine/protocol.ts';
import type { PictureResult } from '../results/picture-result.ts';
import { ImageIndex, type StatusCounts, type StatusKind } from './image-index.ts';

export type ImageStatus =
  /** Waiting for its header to be read. */
  | { readonly kind: 'loading' }
  /** Fit to be decoded; waiting for the engine. */
  | { readonly kind: 'queued' }
  | { readonly kind: 'running'; readonly progress: EngineProgress | null }
  /** Its answer is known (`result`), its maps are not: they are made when it is looked at. */
  | { readonly kind: 'classified' }
  | { readonly kind: 'done'; readonly analysis: Analysis }
  /** The user stopped it. */
  | { readonly kind: 'stopped' }
  | { readonly kind: 'error'; readonly error: ErrorMessage };

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/** A file of several frames, of which the first is used. */
export interface Frames {
  /** Null where the bytes that were read do not tell. */
  readonly count: number | null;
  /** False where it is not even known whether there is more than one. */
  readonly certain: boolean;
}

export interface TrayImage {
  readonly id: string;
  readonly name: string;
  /** Where it lay in the folder that was dropped; its name where it came by itself. */
  readonly path: string;
  readonly file: Blob;
  /** Object URL of the picture; null until its header was judged, because a browser decodes whatever it is given. */
  readonly url: string | null;
  /** In pixels, orientation applied, as the header says; null until it was read. */
  readonly size: PictureSize | null;
  /** Null for a still picture. */
  readonly frames: Frames | null;
  /** Where the user put the crop, on whatever input crops; null for the centre. */
  readonly crop: CropPosition | null;
  readonly status: ImageStatus;
  /** What the chosen model says at the chosen input; it stays while the maps are made. */
  readonly result: PictureResult | null;
  /** What other models said, the latest of each. */
  readonly others: readonly PictureResult[];
}

export interface NewImage {
  readonly name: string;
  readonly file: Blob;
  /** Where it lies in a folder; its name by default. */
  readonly path?: string;
  /** What its header says, where that is known already. */
  readonly judged?: ImageChange;
}

export type ImageChange = Partial<Omit<TrayImage, 'id'>>;

interface Removed {
  readonly images: readonly TrayImage[];
  /** Where they stood, to put them back there. */
  readonly positions: readonly number[];
  readonly selected: string | null;
}

interface ImagesState {
  readonly images: readonly TrayImage[];
  readonly selected: string | null;
  readonly counts: StatusCounts;
  /** The last removal, until the next one or until it is forgotten. */
  readonly removed: Removed | null;
  /** Appends to the tray; the first of them is selected, unless they follow others of the same drop. Answers their ids. */
  readonly add: (files: readonly NewImage[], following?: boolean) => readonly string[];
  readonly change: (id: string, change: ImageChange) => void;
  /** Many at once, in one step: whoever listens hears of it once. */
  readonly changeMany: (changes: ReadonlyMap<string, ImageChange>) => void;
  readonly setStatus: (id: string, status: ImageStatus) => void;
  readonly select: (id: string) => void;
  readonly remove: (ids: readonly string[]) => void;
  readonly undoRemove: () => void;
  /** Lets go of what could still be brought back. */
  readonly forgetRemoved: () => void;
}

let nextId = 1;
const index = new ImageIndex();

export const useImages = create<ImagesState>()((set, get) => {
  /** A list with other members or another order. */
  const become = (images: readonly TrayImage[]) => ({ images, counts: index.of(images).counts() });

  return {
    ...become([]),
    selected: null,
    removed: null,

    add: (files, following = false) => {
      const added = files.map<TrayImage>(({ name, path, file, judged }) => ({
        id: `image-${nextId++}`,
        name,
        path: path ?? name,
        file,
        url: null,
        size: null,
        frames: null,
        crop: null,
        status: { kind: 'loading' },
        result: null,
        others: [],
        ...judged,
      }));
      const first = added[0];
      if (first)
        set((state) => ({
          ...become([...state.images, ...added]),
          selected: following ? (state.selected ?? first.id) : first.id,
        }));
      return added.map((image) => image.id);
    },

    change: (id, change) => get().changeMany(new Map([[id, change]])),

    changeMany: (changes) => {
      const known = index.of(get().images);
      const images = [...get().images];
      const places: number[] = [];
      for (const [id, change] of changes) {
        const place = known.position(id);
        if (place !== undefined) {
          images[place] = { ...images[place]!, ...change };
          places.push(place);
        } else if (change.url) {
          // It was removed meanwhile: what came for it is let go, and it starts afresh if it is brought back.
          URL.revokeObjectURL(change.url);
        }
      }
      if (places.length === 0) return;
      known.replace(images, places);
      set({ images, counts: known.counts() });
    },

    setStatus: (id, status) => get().change(id, { status }),

    select: (id) => set((state) => (index.of(state.images).position(id) === undefined ? state : { selected: id })),

    remove: (ids) => {
      get().forgetRemoved();
      set((state) => {
        const gone = new Set(ids);
        const positions = state.images.flatMap((image, at) => (gone.has(image.id) ? [at] : []));
        if (positions.length === 0) return state;
        const at = index.of(state.images).position(state.selected ?? '') ?? 0;
        // The neighbour that moves up takes the selection.
        const before = positions.filter((position) => position < at).length;
        const kept = state.images.filter((image) => !gone.has(image.id));
        const stays = state.selected !== null && !gone.has(state.selected);
        return {
          ...become(kept),
          selected: stays ? state.selected : (kept[Math.min(at - before, kept.length - 1)]?.id ?? null),
          removed: { images: positions.map((p) => state.images[p]!), positions, selected: state.selected },
        };
      });
    },

    undoRemove: () =>
      set((state) => {
        if (!state.removed) return state;
        const { images: back, positions, selected } = state.removed;
        const images: TrayImage[] = [];
        let kept = 0;
        for (const [at, image] of back.entries()) {
          while (images.length < positions[at]! && kept < state.images.length) images.push(state.images[kept++]!);
          images.push(settled(image));
        }
        return { ...become([...images, ...state.images.slice(kept)]), removed: null, selected };
      }),

    forgetRemoved: () =>
      set((state) => {
        if (!state.removed) return state;
        for (const image of state.removed.images) if (image.url) URL.revokeObjectURL(image.url);
        return { removed: null };
      }),
  };
});

/** Work that was under way when the image was removed was withdrawn with it, so it has to be asked for again. */
function settled(image: TrayImage): TrayImage {
  return image.status.kind === 'running' ? { ...image, status: { kind: image.url ? 'queued' : 'loading' } } : image;
}

export function imageById(id: string | null): TrayImage | null {
  return find(useImages.getState().images, id);
}

/** Where a picture stands in the tray; undefined once it was removed. */
export function placeOf(id: string): number | undefined {
  return index.of(useImages.getState().images).position(id);
}

/** The picture that is looked at. */
export function selectedImage(state: Pick<ImagesState, 'images' | 'selected'>): TrayImage | null {
  return find(state.images, state.selected);
}

/** Ids of the pictures of a status, the longest waiting first. It changes with the tray: copy what must last. */
export function idsHaving(kind: StatusKind): ReadonlySet<string> {
  return index.of(useImages.getState().images).having(kind);
}

function find(images: readonly TrayImage[], id: string | null): TrayImage | null {
  // The index is of the tray as it is; a list of a moment ago is not worth remaking it.
  if (images !== useImages.getState().images) return images.find((image) => image.id === id) ?? null;
  const place = id === null ? undefined : index.of(images).position(id);
  return place === undefined ? null : images[place]!;
}
