import type { CvtSpec } from '../../models/cvt/spec.ts';
import type { VariantName } from '../../models/cvt/variants.ts';
import type { ErrorMessage } from '../../models/errors.ts';
import type { Preprocessing } from '../../models/image/preprocessing.ts';

/** How models stand, in words that the library (electron/weights), both shells and the UI share. Plain data throughout. */

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

/** Where the weights of a model lie. */
export type WeightsPlace =
  | 'library'
  /** In the Hugging Face cache; used where they lie and never deleted. */
  | 'huggingface-cache'
  /** A file of the user's, imported in place; never deleted. */
  | 'outside';

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
      readonly place: WeightsPlace;
    }
  /** It was complete once, but is missing or has changed since. */
  | {
      readonly kind: 'broken';
      readonly error: ErrorMessage;
      /** `download`: getting it again replaces it. `locate`: the user's file moved or changed. `import`: import it again. */
      readonly mend: 'download' | 'locate' | 'import';
    }
  /** The last attempt failed; what had arrived is kept. */
  | { readonly kind: 'error'; readonly error: ErrorMessage; readonly received: number; readonly total: number | null };

export interface LibraryEntry {
  /** A catalog id, `owner/name[@revision]`, or `imported:name`. */
  readonly id: string;
  readonly title: string;
  /** For `catalog`, more is in models/catalog.ts under the same id. */
  readonly kind: 'catalog' | 'repository' | 'imported';
  /** Bytes of the weights; the hub's rounded figure before a download of the catalog's has begun; null where unknown. */
  readonly size: number | null;
  /** Null for a repository of which nothing is known yet. */
  readonly facts: ModelFacts | null;
  readonly state: ModelState;
}
