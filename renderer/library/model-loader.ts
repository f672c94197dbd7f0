import { catalogEntry } from '../../models/catalog.ts';
import { networkFacts } from '../../models/cvt/network-facts.ts';
import { parseSpec } from '../../models/cvt/spec.ts';
import { CancelledError, type DownloadErrorCode, LensError, toErrorMessage } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { ModelRef, ModelReport } from '../engine/protocol.ts';
import type { ModelLibrary, WorkOptions, WorkProgress } from '../shell/model-library.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { expectedModelRef } from '../stores/input.ts';
import { entryById, isUsable, useLibrary } from '../stores/library.ts';
import { modelRef, useModel } from '../stores/model.ts';
import { useView } from '../stores/view.ts';

/** The library has no whole weights for the model; its entry tells the way out. */
const MISSING: readonly DownloadErrorCode[] = ['not-installed', 'stored-file-broken', 'file-moved', 'unknown-model'];

export interface ModelLoader {
  /** Brings a model up; a newer choice withdraws the older. How it fares stands in the model store. */
  readonly load: (id: string) => Promise<void>;
  /** Ends the loading that is under way; the model can be loaded again. */
  readonly stop: () => void;
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
    const wasUsable = isModelUsable(id);
    // At once, so that nothing more is begun with the model before.
    useModel.setState({ state: { kind: 'opening', id, title, progress: null } });
    try {
      const onProgress = (progress: WorkProgress) => {
        if (current()) useModel.setState({ state: { kind: 'opening', id, title, progress } });
      };
      const entry = await openModel(library, id, { signal: controller.signal, onProgress });
      if (current()) await prepare(entry, controller, current);
    } catch (error) {
      if (!current() || error instanceof CancelledError) return;
      if (!isMissing(error))
        return useModel.setState({ state: { kind: 'error', id, title, error: toErrorMessage(error) } });
      useModel.setState({ state: { kind: 'missing', id, title } });
      // The weights may have come while the library was answering.
      if (!wasUsable && isModelUsable(id)) await load(id);
    }
  };

  const prepare = async (entry: ModelEntry, { signal }: AbortController, current: () => boolean) => {
    const { id, title } = entry;
    useModel.setState({ state: { kind: 'loading', id, title, entry, progress: null } });
    const ask = (model: ModelRef) =>
      engine.call('prepare', model, {
        signal,
        onProgress: (progress) => {
          if (current()) useModel.setState({ state: { kind: 'loading', id, title, entry, progress } });
        },
      });
    // At the size of the runs to come, or a gigabyte would be read for a size that nobody asked for, and then again.
    const prepared = await ask(expectedModelRef(entry)).catch((error: unknown) => {
      if (isRefusedInput(error)) return ask(modelRef(entry));
      throw error;
    });
    if (!current()) return;
    const report = atOwnSize(prepared, entry);
    useView.getState().setStages(report.stages);
    useModel.setState({ state: { kind: 'ready', id, title, entry, report } });
  };

  useLibrary.subscribe(({ snapshot }, before) => {
    const { state } = useModel.getState();
    if (state.kind !== 'missing' || snapshot === before.snapshot) return;
    const was = entryById(before.snapshot, state.id);
    if (isModelUsable(state.id) && !(was && isUsable(was))) void load(state.id);
  });

  const stop = () => {
    const { state } = useModel.getState();
    if (state.kind !== 'opening' && state.kind !== 'loading') return;
    latest?.abort();
    latest = null;
    const { id, title } = state;
    const error = toErrorMessage(new CancelledError(`${title} was not loaded: it was stopped.`));
    useModel.setState({ state: { kind: 'error', id, title, error } });
  };

  return { load, stop };
}

/** Whether a model of the library can be used without a download. */
export function isModelUsable(id: string): boolean {
  const entry = entryById(useLibrary.getState().snapshot, id);
  return entry !== null && isUsable(entry);
}

/** The picture says what is wrong with its input; the model itself is as good as ever. */
function isRefusedInput(error: unknown): boolean {
  return error instanceof LensError && (error.code === 'input-too-large' || error.code === 'input-too-small');
}

/** The model as it is by itself, at whatever size it was brought up. */
function atOwnSize(report: ModelReport, { id, preprocessing: { height, width } }: ModelEntry): ModelReport {
  if (report.input.rows === height && report.input.cols === width) return report;
  const size = { rows: height, cols: width };
  return { ...report, ...networkFacts(parseSpec(report.spec, id), report.numClasses, size) };
}

/** A model that ships with the app, or one of the library. @throws what `ModelLibrary.use` throws */
export async function openModel(library: ModelLibrary, id: string, options: WorkOptions): Promise<ModelEntry> {
  const shipped = useModel.getState().shipped.find((candidate) => candidate.id === id);
  return shipped ?? library.use(id, options);
}

/** Whether an error means that the model's weights are not on this machine, or not whole. */
export function isMissing(error: unknown): boolean {
  return error instanceof LensError && MISSING.some((code) => code === error.code);
}

export function titleFor(id: string): string {
  const shipped = useModel.getState().shipped.find((entry) => entry.id === id);
  return shipped?.title ?? entryById(useLibrary.getState().snapshot, id)?.title ?? catalogEntry(id)?.title ?? id;
}
