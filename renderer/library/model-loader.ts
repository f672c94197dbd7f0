import { catalogEntry } from '../../models/catalog.ts';
import { CancelledError, type DownloadErrorCode, LensError, toErrorMessage } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelLibrary, WorkProgress } from '../shell/model-library.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { entryById, isUsable, useLibrary } from '../stores/library.ts';
import { modelRef, useModel } from '../stores/model.ts';
import { useView } from '../stores/view.ts';

/** The library has no whole weights for the model; its entry tells the way out. */
const MISSING: readonly DownloadErrorCode[] = ['not-installed', 'stored-file-broken', 'file-moved', 'unknown-model'];

export interface ModelLoader {
  /** Brings a model up; a newer choice withdraws the older. How it fares stands in the model store. */
  readonly load: (id: string) => Promise<void>;
}

/** Loads one model at a time, and the chosen one by itself once its weights have come. */
export function startModelLoader(engine: Engine, library: ModelLibrary): ModelLoader {
  let latest: AbortController | null = null;

  const load = async (id: string): Promise<void> => {
    latest?.abort();
    const controller = new AbortController();
    latest = controller;
    const current = () => latest === controller;
    const title = titleFor(id);
    const wasUsable = usable(id);
    // At once, so that nothing more is begun with the model before.
    useModel.setState({ state: { kind: 'opening', id, title, progress: null } });
    try {
      const entry = await open(id, title, controller, current);
      if (current()) await prepare(entry, controller, current);
    } catch (error) {
      if (!current() || error instanceof CancelledError) return;
      const isMissing = error instanceof LensError && MISSING.some((code) => code === error.code);
      if (!isMissing) return useModel.setState({ state: { kind: 'error', id, title, error: toErrorMessage(error) } });
      useModel.setState({ state: { kind: 'missing', id, title } });
      // The weights may have come while the library was answering.
      if (!wasUsable && usable(id)) await load(id);
    }
  };

  const open = async (id: string, title: string, { signal }: AbortController, current: () => boolean) => {
    const { shipped } = useModel.getState();
    const entry = shipped.find((candidate) => candidate.id === id);
    if (entry) return entry;
    const onProgress = (progress: WorkProgress) => {
      if (current()) useModel.setState({ state: { kind: 'opening', id, title, progress } });
    };
    return library.use(id, { signal, onProgress });
  };

  const prepare = async (entry: ModelEntry, { signal }: AbortController, current: () => boolean) => {
    const { id, title } = entry;
    useModel.setState({ state: { kind: 'loading', id, title, entry, progress: null } });
    const report = await engine.call('prepare', modelRef(entry), {
      signal,
      onProgress: (progress) => {
        if (current()) useModel.setState({ state: { kind: 'loading', id, title, entry, progress } });
      },
    });
    if (!current()) return;
    useView.getState().setStages(report.stages);
    useModel.setState({ state: { kind: 'ready', id, title, entry, report } });
  };

  useLibrary.subscribe(({ snapshot }, before) => {
    const { state } = useModel.getState();
    if (state.kind !== 'missing' || snapshot === before.snapshot) return;
    const was = entryById(before.snapshot, state.id);
    if (usable(state.id) && !(was && isUsable(was))) void load(state.id);
  });

  return { load };
}

function usable(id: string): boolean {
  const entry = entryById(useLibrary.getState().snapshot, id);
  return entry !== null && isUsable(entry);
}

function titleFor(id: string): string {
  const shipped = useModel.getState().shipped.find((entry) => entry.id === id);
  return shipped?.title ?? entryById(useLibrary.getState().snapshot, id)?.title ?? catalogEntry(id)?.title ?? id;
}
