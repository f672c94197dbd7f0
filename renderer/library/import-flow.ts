import { CancelledError, toErrorMessage } from '../../models/errors.ts';
import type { ImportChoices, ModelLibrary } from '../shell/model-library.ts';
import { type ImportState, useImport } from '../stores/imports.ts';

/** An import from the dropped files to the model in the library. Nothing here rejects: the import store tells. */
export interface ImportFlow {
  /** Has files looked through; an import that waits for the user gives way. @returns false while one is being carried out */
  readonly begin: (files: readonly File[]) => boolean;
  /** Looks through the files of the import once more together with these, a spec or labels. @returns false where there is none */
  readonly add: (files: readonly File[]) => boolean;
  readonly retry: () => void;
  /** @returns the model's id, or null where it failed or was cancelled */
  readonly confirm: (choices: ImportChoices) => Promise<string | null>;
  /** Stops what is under way. A confirmed import that is being carried out goes back to the user's choices. */
  readonly cancel: () => void;
}

export function importFlow(library: ModelLibrary): ImportFlow {
  let running: AbortController | null = null;

  const show = (state: ImportState) => useImport.setState({ state });

  const leave = () => {
    running?.abort();
    running = null;
    const { state } = useImport.getState();
    // Harmless where it is gone already, and nothing waits for it.
    if (state.kind === 'proposed') void library.discard(state.proposal.id).catch(() => {});
  };

  const inspect = async (files: readonly File[]) => {
    leave();
    const controller = new AbortController();
    running = controller;
    const current = () => running === controller;
    show({ kind: 'inspecting', files, progress: null });
    try {
      const proposal = await library.inspect(files, {
        signal: controller.signal,
        onProgress: (progress) => {
          if (current()) show({ kind: 'inspecting', files, progress });
        },
      });
      if (current()) show({ kind: 'proposed', files, proposal, error: null });
      else void library.discard(proposal.id).catch(() => {});
    } catch (error) {
      if (!current()) return;
      if (error instanceof CancelledError) show({ kind: 'none' });
      else show({ kind: 'refused', files, error: toErrorMessage(error) });
    }
  };

  const begin = (files: readonly File[]) => {
    if (useImport.getState().state.kind === 'importing') return false;
    void inspect(files);
    return true;
  };

  return {
    begin,
    add: (files) => {
      const { state } = useImport.getState();
      if (state.kind !== 'proposed' && state.kind !== 'refused') return false;
      // A second file of the same name is a corrected one.
      const names = new Set(files.map(({ name }) => name));
      return begin([...state.files.filter(({ name }) => !names.has(name)), ...files]);
    },
    retry: () => {
      const { state } = useImport.getState();
      if (state.kind === 'refused') void inspect(state.files);
    },
    confirm: async (choices) => {
      const { state } = useImport.getState();
      if (state.kind !== 'proposed') return null;
      const { files, proposal } = state;
      const controller = new AbortController();
      running = controller;
      show({ kind: 'importing', files, proposal, progress: null });
      try {
        const id = await library.confirmImport(proposal.id, choices, {
          signal: controller.signal,
          onProgress: (progress) => {
            if (running === controller) show({ kind: 'importing', files, proposal, progress });
          },
        });
        show({ kind: 'none' });
        return id;
      } catch (error) {
        const told = error instanceof CancelledError ? null : toErrorMessage(error);
        show({ kind: 'proposed', files, proposal, error: told });
        return null;
      } finally {
        if (running === controller) running = null;
      }
    },
    cancel: () => {
      if (useImport.getState().state.kind === 'importing') return running?.abort();
      leave();
      show({ kind: 'none' });
    },
  };
}
