import { CancelledError, EngineError, toErrorMessage } from '../../models/errors.ts';
import type { Engine } from '../engine/engine.ts';
import type { Classification } from '../engine/protocol.ts';
import { type PictureResult, pictureResult } from '../results/picture-result.ts';
import type { ModelEntry } from '../shell/shell.ts';
import { type ImageChange, idsHaving, imageById, type TrayImage, useImages } from '../stores/images.ts';
import { modelRefFor, preprocessingFor } from '../stores/input.ts';
import { useQueue } from '../stores/queue.ts';
import { firstOf } from './first-of.ts';
import { classifyPictures } from './pipeline.ts';
import { type Memory, recallChanges } from './remember-results.ts';

/** In one request: whoever looks at a picture waits until it ends. */
export const MOST_IN_JOB = 16;
/** Jobs take about this long; one of a large model on the CPU is a single picture. */
const JOB_MS = 600;
/** Asked of the journal at a time. */
const RECALLED_AT_ONCE = 64;
/** So many engine faults in a row are no picture's fault. */
const MOST_FAULTS = 3;
/** The share of the newest job in what a picture is reckoned to take. */
const NEWEST = 0.3;

/** Works off what nobody looks at, a job at a time. */
export interface Background {
  /** Recalls or runs the next pictures that wait. False where none is left. */
  readonly step: (entry: ModelEntry) => Promise<boolean>;
  /** A picture is no longer the job's: it was stopped, removed, or is to be run another way. */
  readonly release: (id: string) => void;
  /** Its stored result, if any, counts again or no longer. */
  readonly forget: (id: string) => void;
}

export function background(engine: Engine, memory: Memory): Background {
  /** Pictures that the journal was asked about, and the model that it was asked for. */
  const asked = new Map<string, string>();
  /** Pictures of a job that failed as a whole: each is run by itself, so that only its own fault stands at it. */
  const alone = new Set<string>();
  let job: { readonly ids: Set<string>; readonly controller: AbortController } | null = null;
  let faults = 0;

  const recall = async (images: readonly TrayImage[], entry: ModelEntry) => {
    for (const { id } of images) asked.set(id, entry.id);
    const recalled = await memory.recall(images, entry);
    useImages.getState().changeMany(recallChanges(recalled, 'queued'));
  };

  const classify = async (images: readonly TrayImage[], entry: ModelEntry) => {
    const mine = { ids: new Set(images.map(({ id }) => id)), controller: new AbortController() };
    job = mine;
    const { changeMany } = useImages.getState();
    changeMany(new Map(images.map(({ id }) => [id, { status: { kind: 'running', progress: null } }])));
    const began = performance.now();
    try {
      const { signal } = mine.controller;
      const answers = await classifyPictures(engine, modelRefFor(images[0]!, entry), images, { signal });
      notePace((performance.now() - began) / images.length);
      faults = 0;
      const results: { image: TrayImage; result: PictureResult }[] = [];
      const changes = new Map<string, ImageChange>();
      for (const [at, image] of images.entries()) {
        if (!mine.ids.has(image.id)) continue;
        const { status, result } = outcome(answers[at], image, entry);
        changes.set(image.id, { status, ...(result && { result }) });
        if (result) results.push({ image, result });
      }
      changeMany(changes);
      memory.keep(results, entry);
    } catch (error) {
      if (!(error instanceof CancelledError)) giveBack(images, mine.ids, error);
    } finally {
      job = null;
    }
  };

  /** The whole job failed. */
  const giveBack = (images: readonly TrayImage[], ids: ReadonlySet<string>, error: unknown) => {
    const back = images.filter(({ id }) => ids.has(id));
    const isAlone = images.length === 1;
    for (const { id } of back) alone.add(id);
    const status = isAlone ? ({ kind: 'error', error: toErrorMessage(error) } as const) : ({ kind: 'queued' } as const);
    useImages.getState().changeMany(new Map(back.map(({ id }) => [id, { status }])));
    faults += isAlone && error instanceof EngineError ? 1 : 0;
    if (faults < MOST_FAULTS) return;
    faults = 0;
    useQueue.setState({ paused: true, reason: toErrorMessage(error).message });
  };

  return {
    step: async (entry) => {
      const waiting = firstOf(idsHaving('queued'), RECALLED_AT_ONCE).map((id) => imageById(id)!);
      if (waiting.length === 0) return false;
      const unasked = waiting.filter(({ id }) => asked.get(id) !== entry.id);
      if (unasked.length > 0) await recall(unasked, entry);
      else await classify(nextJob(waiting, entry, alone), entry);
      return true;
    },
    release: (id) => {
      if (!job?.ids.delete(id) || job.ids.size > 0) return;
      job.controller.abort();
    },
    forget: (id) => asked.delete(id),
  };
}

/** Pictures that go into the network in the same way, from the front, as many as take the time of a job. */
function nextJob(waiting: readonly TrayImage[], entry: ModelEntry, alone: ReadonlySet<string>): readonly TrayImage[] {
  const first = waiting[0]!;
  if (alone.has(first.id)) return [first];
  const { msPerPicture } = useQueue.getState();
  const count = msPerPicture === null ? 1 : Math.min(MOST_IN_JOB, Math.max(1, Math.floor(JOB_MS / msPerPicture)));
  const key = JSON.stringify(preprocessingFor(first, entry));
  return waiting
    .filter((image) => !alone.has(image.id) && JSON.stringify(preprocessingFor(image, entry)) === key)
    .slice(0, count);
}

function notePace(ms: number): void {
  const { msPerPicture } = useQueue.getState();
  useQueue.setState({ msPerPicture: msPerPicture === null ? ms : msPerPicture * (1 - NEWEST) + ms * NEWEST });
}

function outcome(answer: Classification | undefined, image: TrayImage, entry: ModelEntry) {
  if (!answer)
    throw new EngineError('engine-short-answer', 'The engine answered for fewer pictures than it was asked about.');
  if (answer.kind === 'failed') return { status: { kind: 'error', error: answer.error } as const, result: null };
  const preprocessing = preprocessingFor(image, entry);
  const result = pictureResult(answer.probabilities, entry, preprocessing, answer.precision, Date.now());
  return { status: { kind: 'classified' } as const, result };
}
