import type { Activation, CvtSpec } from '../../models/cvt/spec.ts';
import type { VariantName } from '../../models/cvt/variants.ts';
import type { ErrorMessage } from '../../models/errors.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';

/** What can be told of a model without its weights. Counts are exact, computed from the spec. */
export interface ModelFacts {
  readonly spec: CvtSpec;
  readonly variant: VariantName | null;
  readonly numClasses: number;
  readonly parameters: number;
  /** For one picture at the preprocessing's size. */
  readonly multiplyAdds: number;
  readonly preprocessing: Preprocessing;
}

/** A pause before the next attempt. */
export interface RetryNotice {
  readonly reason: ErrorMessage;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Where a model stands. Sizes in bytes; null where not known yet. */
export type ModelState =
  /** Not here. `cached`: its file lies in the Hugging Face cache, so getting it costs no download. */
  | { readonly kind: 'available'; readonly cached: boolean }
  | { readonly kind: 'queued'; readonly received: number; readonly total: number | null }
  | {
      readonly kind: 'downloading';
      readonly received: number;
      readonly total: number | null;
      readonly bytesPerSecond: number | null;
      readonly secondsLeft: number | null;
      readonly retry: RetryNotice | null;
    }
  | { readonly kind: 'paused'; readonly received: number; readonly total: number | null }
  /** Its bytes are being read for the checksum. */
  | { readonly kind: 'verifying'; readonly checked: number; readonly total: number }
  | {
      readonly kind: 'installed';
      readonly path: string;
      readonly size: number;
      readonly sha256: string;
      readonly checkedAgainst: 'pinned' | 'hub' | 'cache' | 'nothing';
      /** A file in the Hugging Face cache is used where it lies and never deleted. */
      readonly place: 'library' | 'huggingface-cache';
    }
  /** It was complete once, but is missing or has changed since. Getting it again replaces it. */
  | { readonly kind: 'broken'; readonly error: ErrorMessage }
  /** The last attempt failed; what had arrived is kept. */
  | { readonly kind: 'error'; readonly error: ErrorMessage; readonly received: number; readonly total: number | null };

export interface LibraryEntry {
  /** A catalog id, or `owner/name[@revision]`. */
  readonly id: string;
  readonly title: string;
  /** For `catalog`, more is in models/catalog.ts under the same id. */
  readonly kind: 'catalog' | 'repository';
  /** Bytes of the weights; the hub's rounded figure before a download of the catalog's has begun; null where unknown. */
  readonly size: number | null;
  /** Null for a repository of which nothing is known yet. */
  readonly facts: ModelFacts | null;
  readonly state: ModelState;
}

export type LibraryEvent =
  | { readonly kind: 'entry'; readonly entry: LibraryEntry }
  /** A repository that is no longer in the library. */
  | { readonly kind: 'gone'; readonly id: string }
  | { readonly kind: 'moving'; readonly done: number; readonly total: number }
  | { readonly kind: 'folder'; readonly folder: string };

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
