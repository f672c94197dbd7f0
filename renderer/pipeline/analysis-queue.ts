import { CancelledError, toErrorMessage } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Analysis } from '../engine/protocol.ts';
import { imageById, type TrayImage, useImages } from '../stores/images.ts';
import { modelRefFor, noteRun } from '../stores/input.ts';
import { readyModel, useModel } from '../stores/model.ts';
import { analysePicture, judgePicture } from './pipeline.ts';
import { thumbnailUrl } from './thumbnail.ts';

export interface AnalysisQueue {
  /** Withdraws the picture's analysis, waiting or running. */
  readonly cancel: (id: string) => void;
  /** Puts a picture back in line after an error, a stop, or a change of model or device. */
  readonly requeue: (id: string) => void;
  readonly requeueAll: () => void;
  /** Runs a finished picture again without a word: the engine no longer holds what its rows are computed from. */
  readonly refresh: (id: string) => Promise<void>;
}

/**
 * Works off the tray: headers are judged in order of arrival, then one picture at a time is analysed, the selected one
 * first. Answers that come for a removed, cancelled or re-queued picture are dropped.
 */
export function startAnalysisQueue(engine: Engine): AnalysisQueue {
  const running = new Map<string, AbortController>();
  const refreshing = new Map<string, Promise<void>>();
  let judging = false;
  let analysing = false;

  const judgeNext = async () => {
    if (judging) return;
    judging = true;
    for (let image = first('loading'); image; image = first('loading')) await judge(image);
    judging = false;
  };

  const judge = async ({ id, name, file }: TrayImage) => {
    const { change, setStatus } = useImages.getState();
    try {
      const size = await judgePicture(name, file);
      if (!imageById(id)) return;
      change(id, { size, url: URL.createObjectURL(file), status: { kind: 'queued' } });
      change(id, { thumbnail: await thumbnailUrl(file, size) });
    } catch (error) {
      setStatus(id, { kind: 'error', error: toErrorMessage(error) });
    }
  };

  const analyseNext = async () => {
    if (analysing) return;
    analysing = true;
    while (readyModel()) {
      const next = nextQueued();
      if (!next) break;
      await analyse(next);
    }
    analysing = false;
  };

  const analyse = async (image: TrayImage) => {
    const controller = new AbortController();
    running.set(image.id, controller);
    const { setStatus } = useImages.getState();
    // Its own abort, or a re-queue that replaced the controller, makes whatever comes later stale.
    const current = () => running.get(image.id) === controller && !controller.signal.aborted;
    setStatus(image.id, { kind: 'running', progress: null });
    try {
      const analysis = await run(image, controller.signal, (progress) => {
        if (current()) setStatus(image.id, { kind: 'running', progress });
      });
      if (current()) setStatus(image.id, { kind: 'done', analysis });
      noteRun(analysis);
    } catch (error) {
      if (current() && !(error instanceof CancelledError))
        setStatus(image.id, { kind: 'error', error: toErrorMessage(error) });
      else if (current()) setStatus(image.id, { kind: 'stopped' });
    } finally {
      if (running.get(image.id) === controller) running.delete(image.id);
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

  const cancel = (id: string) => {
    running.get(id)?.abort();
    running.delete(id);
  };

  const requeue = (id: string) => {
    const image = imageById(id);
    if (!image) return;
    cancel(id);
    useImages.getState().setStatus(id, { kind: image.url ? 'queued' : 'loading' });
  };

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

  useImages.subscribe(({ images }, before) => {
    // Each id is looked up once however long the tray is; only removals matter here.
    if (images.length < before.images.length) {
      const kept = new Set(images.map((image) => image.id));
      for (const id of running.keys()) if (!kept.has(id)) cancel(id);
    }
    void judgeNext();
    void analyseNext();
  });
  useModel.subscribe(() => void analyseNext());

  return {
    cancel: (id) => {
      const status = imageById(id)?.status.kind;
      cancel(id);
      if (status === 'running' || status === 'queued') useImages.getState().setStatus(id, { kind: 'stopped' });
    },
    requeue,
    requeueAll: () => {
      // A file that is no picture stays none, and what the user stopped stays stopped.
      for (const { id, status } of useImages.getState().images)
        if (status.kind === 'done' || status.kind === 'running' || isEngineFault(status)) requeue(id);
    },
    refresh: (id) => {
      const underWay = refreshing.get(id) ?? refreshOnce(id).finally(() => refreshing.delete(id));
      refreshing.set(id, underWay);
      return underWay;
    },
  };
}

function isEngineFault(status: TrayImage['status']): boolean {
  return status.kind === 'error' && status.error.name !== 'ImageError';
}

function first(kind: TrayImage['status']['kind']): TrayImage | undefined {
  return useImages.getState().images.find((image) => image.status.kind === kind);
}

function nextQueued(): TrayImage | undefined {
  const selected = imageById(useImages.getState().selected);
  return selected?.status.kind === 'queued' ? selected : first('queued');
}
