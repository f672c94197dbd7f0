import { CancelledError, toErrorMessage } from '../../models/errors.ts';
import type { ModelLibrary, WorkProgress } from '../shell/model-library.ts';
import type { ConvertedFiles } from '../storage/converted-files.ts';
import { setTrouble, setWork } from '../stores/library.ts';

/** Subjects of actions that are about no single model; no model has such an id. */
export const SUBJECTS = { folder: '#folder', mirror: '#mirror', token: '#token', zoo: '#zoo' } as const;

/** What the UI asks of the library. Nothing here rejects: trouble is kept beside its subject in the library store. */
export interface LibraryActions {
  readonly download: (id: string) => Promise<boolean>;
  readonly pause: (id: string) => Promise<boolean>;
  readonly cancel: (id: string) => Promise<boolean>;
  readonly remove: (id: string) => Promise<boolean>;
  readonly reveal: (id: string | null) => Promise<boolean>;
  readonly locate: (id: string, file: File) => Promise<boolean>;
  /** @param path null: the system asks for it */
  readonly moveFolder: (path: string | null) => Promise<boolean>;
  readonly cancelMove: () => void;
  readonly setMirror: (url: string | null) => Promise<boolean>;
  readonly setToken: (token: string | null) => Promise<boolean>;
  readonly openZoo: () => Promise<boolean>;
}

/** @param converted weights that were made of models', which go with them; null where none are kept */
export function libraryActions(library: ModelLibrary, converted: Pick<ConvertedFiles, 'clear'> | null): LibraryActions {
  let move: AbortController | null = null;
  return {
    download: (id) => attempt(id, () => library.download(id)),
    pause: (id) => attempt(id, () => library.pause(id)),
    cancel: (id) => attempt(id, () => library.cancel(id)),
    remove: (id) =>
      attempt(id, async () => {
        await library.remove(id);
        // They are beyond use then, and count against nothing that the user sees: that they cannot be removed is no failure.
        await converted?.clear(id).catch(() => {});
      }),
    reveal: (id) => attempt(id ?? SUBJECTS.folder, () => library.reveal(id)),
    locate: (id, file) => attempt(id, (onProgress) => library.locate(id, file, { onProgress })),
    moveFolder: async (path) => {
      const controller = new AbortController();
      move = controller;
      const moved = await attempt(SUBJECTS.folder, () => library.moveFolder(path, { signal: controller.signal }));
      if (move === controller) move = null;
      return moved;
    },
    cancelMove: () => move?.abort(),
    setMirror: (url) => attempt(SUBJECTS.mirror, () => library.setMirror(url)),
    setToken: (token) => attempt(SUBJECTS.token, () => library.setToken(token)),
    openZoo: () => attempt(SUBJECTS.zoo, () => library.openZoo()),
  };
}

/** @returns whether it succeeded */
async function attempt(
  subject: string,
  act: (onProgress: (progress: WorkProgress) => void) => Promise<void>,
): Promise<boolean> {
  setTrouble(subject, null);
  setWork(subject, null);
  try {
    await act((progress) => setWork(subject, progress));
    return true;
  } catch (error) {
    if (!(error instanceof CancelledError)) setTrouble(subject, toErrorMessage(error));
    return false;
  } finally {
    setWork(subject, undefined);
  }
}
