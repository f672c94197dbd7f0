import { CancelledError, toErrorMessage } from '../../models/errors.ts';
import { preprocessingOf } from '../../models/image/input-size.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineProgress, ModelRef, ModelReport } from '../engine/protocol.ts';
import { isMissing, isModelUsable, openModel, titleFor } from '../library/model-loader.ts';
import { analysePicture } from '../pipeline/pipeline.ts';
import type { ModelLibrary } from '../shell/model-library.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { type Column, type ColumnState, columnById, columnState, useCompare, WAITING } from '../stores/compare.ts';
import { useEngine } from '../stores/engine.ts';
import { selectedImage, type TrayImage, useImages } from '../stores/images.ts';
import { noteRun } from '../stores/input.ts';
import { useLibrary } from '../stores/library.ts';
import { modelRef } from '../stores/model.ts';
import { useScreen } from '../stores/screen.ts';

export interface ColumnRunner {
  /** Withdraws a column's run, waiting or under way. */
  readonly cancel: (id: string) => void;
  /** Puts a column in line again after an error or a stop. */
  readonly retry: (id: string) => void;
  /** Runs a finished column again without a word: the engine no longer holds `runId`, which its maps are computed from. */
  readonly refresh: (id: string, runId: string) => Promise<void>;
}

/** What a column has to do now, and whether it is being done. */
interface Job {
  /** Column, picture and device: another of them makes whatever comes later stale. */
  readonly key: string;
  controller: AbortController | null;
}

/**
 * Runs the picture that is looked at through every column in turn, from left to right, as long as Compare is in front. Another
 * picture, or another choice in a column, withdraws what was under way; answers that come late are dropped.
 */
export function startColumnRunner(engine: Engine, library: ModelLibrary): ColumnRunner {
  const jobs = new Map<string, Job>();
  const refreshing = new Map<string, Promise<void>>();
  /** By model reference: parameters and stages do not change between two pictures. */
  const reports = new Map<string, ModelReport>();
  const put = useCompare.getState().putState;
  let running = false;

  const sync = () => {
    const { columns } = useCompare.getState();
    const image = runnable();
    for (const id of jobs.keys()) if (!columns.some((each) => each.id === id)) forget(id);
    for (const column of columns) {
      const key = image ? keyOf(column, image) : '';
      if (jobs.get(column.id)?.key === key) continue;
      forget(column.id);
      jobs.set(column.id, { key, controller: null });
      put(column.id, image ? WAITING : { kind: 'idle' });
    }
    void runAll();
  };

  const forget = (id: string) => {
    jobs.get(id)?.controller?.abort();
    jobs.delete(id);
  };

  const runAll = async () => {
    if (running) return;
    running = true;
    for (let next = nextWaiting(); next; next = nextWaiting()) await runColumn(next.column, next.image);
    running = false;
  };

  const nextWaiting = () => {
    const image = runnable();
    if (!image || useScreen.getState().screen !== 'compare' || !useEngine.getState().device) return null;
    const state = useCompare.getState();
    const column = state.columns.find(({ id }) => jobs.has(id) && columnState(state, id).kind === 'waiting');
    return column ? { column, image } : null;
  };

  const runColumn = async (column: Column, image: TrayImage) => {
    const { id, modelId } = column;
    const job = jobs.get(id);
    if (!job) return;
    const controller = new AbortController();
    job.controller = controller;
    const current = () => jobs.get(id) === job && job.controller === controller;
    const say = (state: ColumnState) => {
      if (current()) put(id, state);
    };
    const { signal } = controller;
    const title = titleFor(modelId);
    const wasUsable = isModelUsable(modelId);
    say({ kind: 'opening', title, progress: null });
    try {
      const entry = await openModel(library, modelId, {
        signal,
        onProgress: (progress) => say({ kind: 'opening', title, progress }),
      });
      say(await run(column, image, entry, signal, (progress) => say({ kind: 'running', title, progress })));
    } catch (error) {
      if (error instanceof CancelledError) say({ kind: 'stopped' });
      else if (!isMissing(error)) say({ kind: 'error', error: toErrorMessage(error) });
      // The weights may have come while the library was answering.
      else say(!wasUsable && isModelUsable(modelId) ? WAITING : { kind: 'missing', title });
    } finally {
      if (job.controller === controller) job.controller = null;
    }
  };

  const run = async (
    column: Column,
    image: TrayImage,
    entry: ModelEntry,
    signal: AbortSignal,
    onProgress?: (progress: EngineProgress) => void,
  ): Promise<ColumnState> => {
    const reference = referenceFor(column, image, entry);
    const options = { signal, ...(onProgress && { onProgress }) };
    const key = JSON.stringify({ ...reference, weights: null });
    const report = reports.get(key) ?? (await engine.call('prepare', reference, options));
    reports.set(key, report);
    const analysis = await analysePicture(engine, reference, image.name, image.file, options);
    noteRun(analysis);
    const { pictureWidth: width, pictureHeight: height } = analysis.window;
    // An orientation behind the pixels, where the header's reader does not look: the column is then run on the true shape.
    if (image.size?.width !== width || image.size.height !== height)
      useImages.getState().change(image.id, { size: { width, height } });
    return { kind: 'done', entry, report, analysis };
  };

  const refreshOnce = async (id: string, runId: string) => {
    const column = columnById(id);
    const image = runnable();
    const before = columnState(useCompare.getState(), id);
    const job = jobs.get(id);
    if (!column || !image || before.kind !== 'done' || before.analysis.runId !== runId || !job) return;
    const unchanged = () => columnState(useCompare.getState(), id) === before && jobs.get(id) === job;
    const controller = new AbortController();
    job.controller = controller;
    try {
      const state = await run(column, image, before.entry, controller.signal);
      if (unchanged()) put(id, state);
    } catch (error) {
      if (unchanged() && !(error instanceof CancelledError)) put(id, { kind: 'error', error: toErrorMessage(error) });
    } finally {
      if (job.controller === controller) job.controller = null;
    }
  };

  useCompare.subscribe(({ columns }, before) => {
    if (columns !== before.columns) sync();
  });
  useImages.subscribe(sync);
  useScreen.subscribe(sync);
  useEngine.subscribe(({ device }, before) => {
    if (device !== before.device) sync();
  });
  useLibrary.subscribe(({ snapshot }, before) => {
    if (snapshot === before.snapshot) return;
    const state = useCompare.getState();
    for (const { id, modelId } of state.columns)
      if (columnState(state, id).kind === 'missing' && isModelUsable(modelId)) put(id, WAITING);
    void runAll();
  });

  return {
    cancel: (id) => {
      const { kind } = columnState(useCompare.getState(), id);
      if (kind !== 'waiting' && kind !== 'opening' && kind !== 'running') return;
      const job = jobs.get(id);
      job?.controller?.abort();
      if (job) job.controller = null;
      put(id, { kind: 'stopped' });
    },
    retry: (id) => {
      const { kind } = columnState(useCompare.getState(), id);
      if (kind !== 'stopped' && kind !== 'error' && kind !== 'missing') return;
      put(id, WAITING);
      void runAll();
    },
    refresh: (id, runId) => {
      const underWay = refreshing.get(id) ?? refreshOnce(id, runId).finally(() => refreshing.delete(id));
      refreshing.set(id, underWay);
      return underWay;
    },
  };
}

/** The picture that is looked at, once its header was judged; null where there is none that could be run. */
function runnable(): TrayImage | null {
  const image = selectedImage(useImages.getState());
  return image?.url && image.size ? image : null;
}

function keyOf({ modelId, input, provider, precision }: Column, { id, size, crop }: TrayImage): string {
  const device = useEngine.getState().device;
  return JSON.stringify([modelId, input, provider, provider ?? device?.provider, precision, id, size, crop]);
}

function referenceFor({ input, provider, precision }: Column, { crop, size }: TrayImage, entry: ModelEntry): ModelRef {
  const base = entry.preprocessing;
  const preprocessing = size ? preprocessingOf(base, input, crop, size) : base;
  return { ...modelRef(entry), preprocessing, provider, precision };
}
