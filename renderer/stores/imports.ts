import { create } from 'zustand';
import type { ErrorMessage } from '../../models/errors.ts';
import type { ImportProposal, WorkProgress } from '../shell/model-library.ts';

/** The import that the dialog shows; there is one at a time. */
export type ImportState =
  | { readonly kind: 'none' }
  | { readonly kind: 'inspecting'; readonly files: readonly File[]; readonly progress: WorkProgress | null }
  /** The files cannot be used as they are. */
  | { readonly kind: 'refused'; readonly files: readonly File[]; readonly error: ErrorMessage }
  /** The user's turn. `error`: what the last attempt to confirm ended with. */
  | {
      readonly kind: 'proposed';
      readonly files: readonly File[];
      readonly proposal: ImportProposal;
      readonly error: ErrorMessage | null;
    }
  | {
      readonly kind: 'importing';
      readonly files: readonly File[];
      readonly proposal: ImportProposal;
      readonly progress: WorkProgress | null;
    };

export const useImport = create<{ readonly state: ImportState }>()(() => ({ state: { kind: 'none' } }));
