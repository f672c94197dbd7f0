import { EngineError, throwIfCancelled } from '../errors.ts';
import { type ImageResult, imageResult } from './image-result.ts';
import type { EvaluationJournal, FileState, JournalEntry } from './journal-entry.ts';
import type { LabelledImage } from './labelled-images.ts';
import { Rate } from './rate.ts';

/** A picture that could not be measured. */
export interface UnreadImage extends LabelledImage {
  readonly code: string;
  readonly message: string;
}

/** Takes outcomes, in any order, each picture's once. */
export interface EvaluationSink {
  result(result: ImageResult): void;
  unread(image: UnreadImage): void;
}

/** Why a picture has no answer. */
export interface PictureFailure {
  readonly code: string;
  readonly message: string;
  /** May be otherwise next time (a file system that would not give the file): told, but not kept in the journal. */
  readonly isPassing: boolean;
}

/** What a network says of a picture, which was in that state when it was read. */
export interface PictureAnswer extends FileState {
  /** Of the picture, in the list. */
  readonly index: number;
  /** [classes], or why there are none. */
  readonly outcome: Float32Array | PictureFailure;
}

export interface EvaluationWork {
  readonly images: readonly LabelledImage[];
  readonly numClasses: number;
  /** How the files are now, in order of the images; asked for where the journal holds anything. */
  readonly states: () => Promise<{ matches(index: number, state: FileState): boolean }>;
  /** Answers the pictures at these places of the list, each once, a few at a time. */
  readonly answers: (left: readonly number[]) => AsyncIterable<readonly PictureAnswer[]>;
  readonly journal: EvaluationJournal;
  readonly sink: EvaluationSink;
  readonly signal: AbortSignal;
  /** Milliseconds, of a clock that never goes back. */
  readonly now: () => number;
}

export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
  /** Of the done ones, those that could not be measured. */
  readonly unread: number;
  /** Of the done ones, those that an earlier run had measured. */
  readonly reused: number;
  /** Null before there is anything to say. */
  readonly perSecond: number | null;
  readonly secondsLeft: number | null;
}

/**
 * Measures every picture, going on from what the journal holds.
 * @returns after the last picture; yields after each group of answers
 * @throws CancelledError, with all that was measured in the journal; EvaluationError `journal-unreadable`, `journal-unwritable`; EngineError
 *   `engine-wrong-numbers`; what `answers` throws
 */
export async function* evaluatePictures(work: EvaluationWork): AsyncGenerator<EvaluationProgress, void> {
  const { images, answers, journal, sink, signal, now } = work;
  const finished = new Uint8Array(images.length);
  const counts = { done: 0, unread: 0, reused: 0 };
  const finish = (index: number, entry: JournalEntry) => {
    finished[index] = 1;
    counts.done++;
    if ('code' in entry) counts.unread++;
    deliver(entry, sink);
  };

  try {
    await readJournal(work, finished, finish);
    counts.reused = counts.done;
    const rate = new Rate(now(), counts.done);
    const progress = () => ({
      ...counts,
      total: images.length,
      perSecond: rate.perSecond,
      secondsLeft: rate.secondsLeft(images.length),
    });
    yield progress();

    const left = Array.from(images.keys()).filter((index) => finished[index] === 0);
    for await (const group of answers(left)) {
      throwIfCancelled(signal);
      const entries = group.map((answer) => entryOf(work, answer));
      await journal.append(entries.filter((_, place) => isLasting(group[place]!)));
      for (const [place, entry] of entries.entries()) finish(group[place]!.index, entry);
      rate.update(now(), counts.done);
      yield progress();
    }
  } finally {
    await journal.close();
  }
}

async function readJournal(
  { images, numClasses, states, journal, signal }: EvaluationWork,
  finished: Uint8Array,
  finish: (index: number, entry: JournalEntry) => void,
): Promise<void> {
  const places = new Map(images.map(({ path }, index) => [path, index]));
  let now: Awaited<ReturnType<EvaluationWork['states']>> | null = null;
  for await (const entry of journal.entries()) {
    throwIfCancelled(signal);
    now ??= await states();
    const index = places.get(entry.path);
    if (index === undefined || finished[index] === 1) continue;
    const isOther = entry.truth !== images[index]!.truth || !now.matches(index, entry);
    if (isOther || ('top' in entry && entry.top.some((answer) => answer.index >= numClasses))) continue;
    finish(index, entry);
  }
}

function entryOf({ images, numClasses }: EvaluationWork, answer: PictureAnswer): JournalEntry {
  const { index, size, mtimeMs, outcome } = answer;
  const { path, truth } = images[index]!;
  const file = { path, size, mtimeMs, truth };
  if (!(outcome instanceof Float32Array)) return { ...file, code: outcome.code, message: outcome.message };
  if (outcome.length !== numClasses)
    throw new RangeError(`${path}: ${outcome.length} logits for ${numClasses} classes.`);
  if (!outcome.every(Number.isFinite))
    throw new EngineError(
      'engine-wrong-numbers',
      `${path}: the network's answer is not a number. Its weights are damaged.`,
    );
  const { top, truthProbability, truthRank } = imageResult(path, truth, outcome);
  return { ...file, top: [...top], truthProbability, truthRank };
}

function isLasting({ outcome }: PictureAnswer): boolean {
  return outcome instanceof Float32Array || !outcome.isPassing;
}

function deliver(entry: JournalEntry, sink: EvaluationSink): void {
  const { path, truth } = entry;
  if ('code' in entry) sink.unread({ path, truth, code: entry.code, message: entry.message });
  else {
    const { top, truthProbability, truthRank } = entry;
    sink.result({ path, truth, top, truthProbability, truthRank });
  }
}
