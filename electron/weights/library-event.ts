import type { Activation, CvtSpec } from '../../models/cvt/spec.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';
import type { LibraryEntry } from '../../renderer/shell/library-entry.ts';

export type LibraryEvent =
  | { readonly kind: 'entry'; readonly entry: LibraryEntry }
  /** A repository or an import that is no longer in the library. */
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'moving'; readonly done: number; readonly total: number }
  /** A move has come to its end: the folder is another one. */
  | { readonly kind: 'folder'; readonly folder: string }
  /** A move was cancelled or has failed: the folder is what it was. */
  | { readonly kind: 'stayed' };

/** A model whose weights are on this machine and were found to be what they were when they came. */
export interface InstalledModel {
  readonly id: string;
  readonly title: string;
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly spec: CvtSpec;
  /** Null: as the file implies, see impliedActivation. */
  readonly activation: Activation | null;
  readonly preprocessing: Preprocessing;
  /** Class names in index order; null: ImageNet's where there are 1000 classes, else by index. */
  readonly labels: readonly string[] | null;
}
