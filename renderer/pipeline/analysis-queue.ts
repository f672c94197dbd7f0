import { CancelledError, toErrorMessage } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Analysis } from '../engine/protocol.ts';
import { type Journal, NO_JOURNAL } from '../results/journal.ts';
import { pictureResult } from '../results/picture-result.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { type ImageChange, imageById, selectedImage, type TrayImage, useImages } from '../stores/images.ts';
import { modelRefFor, noteRun } from '../stores/input.ts';
import { readyModel, useModel } from '../stores/model.ts';
import { useOverview } from '../stores/overview.ts';
import { useQueue } from '../stores/queue.ts';
import { afterFrame } from './after-frame.ts';
import { background } from './classify-job.ts';
import { startJudging } from './judge-pictures.ts';
import { lateProgress } from './late-progress.ts';
import { analysePicture } from './pipeline.ts';
import { forgetResult, recallChanges, remember } from './remember-results.ts';

export interface AnalysisQueue {
  /** Withdraws the picture's analysis, waiting or running. */
  readonly cancel: (id: string) => void;
  /** Withdraws everything that waits or runs. */
  readonly cancelAll: () => void;
  /** Background pictures wait until {@link AnalysisQueue.resume}. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Puts a picture back in line after an error, a stop, or a change of model or device. */
  readonly requeue: (id: string) => void;
  readonly requeueAll: () => void;
  /** Everything that the user stopped, or everything that failed, back in line. */
  readonly retry: (kind: 'stopped' | 'error') => void;
  /** Runs a finished picture again without a word: the engine no longer holds what its rows are computed from. */
  readonly refresh: (id: string) => Promise<void>;
}

/** Analyses that are kept with their maps; those that were looked at longest ago go back to their answer alone. */
export const KEPT_ANALYSES = 32;

/**
 * Works off the tray: headers are judged in order of arrival; the picture that is looked at is analysed, ahead of the others, of
 * which only the answer is asked for. Answers that come for a removed, cancelled or re-queued picture are dropped.
 */
export function startAnalysisQueue(
  engine: Engine,
  journal: Journal = NO_JOURNAL,
  session: number = Date.now(),
  drawn: () => Promise<void> = afterFrame,
): AnalysisQueue {
  const running = new Map<string, AbortController>();
  const refreshing = new Map<string, Promise<void>>();
  /** Done, the one that was finished first in front. */
  const kept = new Set<string>();
  const memory = remember(journal, session);
  const others = background(engine, memory);
  const judge = startJudging();
  let working = false;
  let woken = false;

  const work = async () => {
    // What came while the last look for work was under way may have been missed by it.
    woken = true;
    if (working) return;
    working = true;
    while (woken) {
      woken = false;
      await workOff();
    }
    working = false;
  };

  const workOff = async () => {
    for (let model = readyModel(); model; model = readyModel()) {
      const wanted = lookedAt();
      if (wanted) await analyse(wanted, model.entry);
      else if (useQueue.getState().paused || !(await others.step(model.entry))) break;
    }
  };

  const analyse = async (image: TrayImage, entry: ModelEntry) => {
    const controller = new AbortController();
    running.set(image.id, controller);
    const { setStatus, changeMany } = useImages.getState();
    // Its own abort, or a re-queue that replaced the controller, makes whatever comes later stale.
    const current = () => running.get(image.id) === controller && !controller.signal.aborted;
    const late = lateProgress((progress) => {
      if (current()) setStatus(image.id, { kind: 'running', progress });
    });
    // Before the screen hears of it, which is made anew then and keeps the page from sending anything.
    const asked = run(image, controller.signal, late.hear);
    setStatus(image.id, { kind: 'running', progress: null });
    // What is known of it already shows while its maps are made.
    if (!image.result && journal !== NO_JOURNAL)
      void memory.recall([image], entry).then((recalled) => current() && changeMany(recallChanges(recalled, null)));
    try {
      const analysis = await asked;
      late.end();
      if (current()) answer(image.id, analysis, entry);
      await drawn();
      if (current()) finish(image.id, analysis, entry);
      noteRun(analysis);
    } catch (error) {
      if (current() && !(error instanceof CancelledError))
        setStatus(image.id, { kind: 'error', error: toErrorMessage(error) });
      else if (current()) setStatus(image.id, { kind: 'stopped' });
    } finally {
      late.end();
      if (running.get(image.id) === controller) running.delete(image.id);
    }
  };

  /** The classes first: the maps take a frame of their own, as long as the one with the classes. */
  const answer = (id: string, analysis: Analysis, entry: ModelEntry) => {
    const image = imageById(id);
    if (!image) return;
    const { preprocessing } = modelRefFor(image, entry);
    const result = pictureResult(analysis.probabilities, entry, preprocessing, analysis.precision.ran, Date.now());
    useImages.getState().change(id, { result });
  };

  const finish = (id: string, analysis: Analysis, entry: ModelEntry) => {
    const image = imageById(id);
    if (!image) return;
    useImages.getState().setStatus(id, { kind: 'done', analysis });
    if (image.result) memory.keep([{ image, result: image.result }], entry);
    kept.delete(id);
    kept.add(id);
    for (const old of kept) {
      if (kept.size <= KEPT_ANALYSES) break;
      kept.delete(old);
      if (imageById(old)?.status.kind === 'done' && old !== useImages.getState().selected)
        useImages.getState().setStatus(old, { kind: 'classified' });
    }
  };

  const run = async (
    image: TrayImage,
    signal: AbortSignal,
    onProgress?: Parameters<typeof analysePicture>[4]['onProgress'],
  ): Promise<Analysis> => {
    const model = readyModel();
    if (!model) throw new CancelledError();
    const reference = modelRefFor(image, model.entry);
    const analysis = await analysePicture(engine, reference, image.name, image.file, {
      signal,
      ...(onProgress && { onProgress }),
    });
    const { pictureWidth: width, pictureHeight: height } = analysis.window;
    if (image.size?.width === width && image.size.height === height) return analysis;
    // An orientation behind the pixels, where the header's reader does not look: another shape may want another input.
    const turned = { ...image, size: { width, height } };
    useImages.getState().change(image.id, { size: turned.size });
    const { preprocessing } = modelRefFor(turned, model.entry);
    const isSame =
      preprocessing.width === analysis.window.inputWidth && preprocessing.height === analysis.window.inputHeight;
    return isSame ? analysis : run(turned, signal, onProgress);
  };

  const withdraw = (id: string) => {
    running.get(id)?.abort();
    running.delete(id);
    others.release(id);
  };

  const again = (images: readonly TrayImage[]) => {
    const changes = images.map((image): [string, ImageChange] => {
      withdraw(image.id);
      others.forget(image.id);
      return [image.id, { ...forgetResult(image), status: { kind: image.url ? 'queued' : 'loading' } }];
    });
    useImages.getState().changeMany(new Map(changes));
  };

  const those = (matches: (image: TrayImage) => boolean) => useImages.getState().images.filter(matches);

  const refreshOnce = async (id: string) => {
    const image = imageById(id);
    if (image?.status.kind !== 'done') return;
    const before: Analysis = image.status.analysis;
    const unchanged = () => {
      const status = imageById(id)?.status;
      return status?.kind === 'done' && status.analysis === before;
    };
    try {
      const analysis = await run(image, new AbortController().signal);
      if (unchanged()) useImages.getState().setStatus(id, { kind: 'done', analysis });
    } catch (error) {
      if (unchanged() && !(error instanceof CancelledError))
        useImages.getState().setStatus(id, { kind: 'error', error: toErrorMessage(error) });
    }
  };

  useImages.subscribe(({ images, removed }, before) => {
    if (removed !== before.removed) for (const { id } of removed?.images ?? []) withdraw(id);
    if (images === before.images && lookedAt() === null) return;
    void judge();
    void work();
  });
  useModel.subscribe(() => void work());
  useOverview.subscribe(({ open }, before) => open !== before.open && void work());

  const stop = (images: readonly TrayImage[]) => {
    for (const { id } of images) withdraw(id);
    useImages.getState().changeMany(new Map(images.map(({ id }) => [id, { status: { kind: 'stopped' } }])));
  };

  return {
    cancel: (id) => {
      const image = imageById(id);
      if (image && isUnderWay(image)) stop([image]);
      else withdraw(id);
    },
    cancelAll: () => {
      useQueue.setState({ paused: false, reason: null });
      stop(those(isUnderWay));
    },
    pause: () => useQueue.setState({ paused: true, reason: null }),
    resume: () => {
      useQueue.setState({ paused: false, reason: null });
      void work();
    },
    requeue: (id) => {
      const image = imageById(id);
      if (image) again([image]);
    },
    // A file that is no picture stays none, and what the user stopped stays stopped.
    requeueAll: () =>
      again(those((image) => hasAnswer(image) || image.status.kind === 'running' || isEngineFault(image))),
    retry: (kind) => {
      useQueue.setState({ paused: false, reason: null });
      again(those(({ status }) => status.kind === kind));
    },
    refresh: (id) => {
      const underWay = refreshing.get(id) ?? refreshOnce(id).finally(() => refreshing.delete(id));
      refreshing.set(id, underWay);
      return underWay;
    },
  };
}

function hasAnswer({ status }: TrayImage): boolean {
  return status.kind === 'done' || status.kind === 'classified';
}

function isUnderWay({ status }: TrayImage): boolean {
  return status.kind === 'loading' || status.kind === 'queued' || status.kind === 'running';
}

function isEngineFault({ status }: TrayImage): boolean {
  return status.kind === 'error' && status.error.name !== 'ImageError';
}

/** The picture in front that has no maps yet; none in the overview, where no maps are seen. */
function lookedAt(): TrayImage | null {
  if (useOverview.getState().open) return null;
  const selected = selectedImage(useImages.getState());
  return selected?.status.kind === 'queued' || selected?.status.kind === 'classified' ? selected : null;
}
