import { join } from 'node:path';
import { EngineError, ImageError, throwIfCancelled } from '../../models/errors.ts';
import { type ImageResult, imageResult } from '../../models/evaluation/image-result.ts';
import type { LabelledImage } from '../../models/evaluation/labelled-images.ts';
import { Rate } from '../../models/evaluation/rate.ts';
import { inOrder } from '../../models/in-order.ts';
import { FileStates, readFileState } from './file-states.ts';
import type { Journal, JournalEntry } from './journal.ts';

/** Pictures that are decoded while the network runs; each may be large. */
const AHEAD = 4;

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

export interface EvaluationRun {
  /** In which the paths of `images` lie. */
  readonly folder: string;
  readonly images: readonly LabelledImage[];
  readonly numClasses: number;
  /** Pictures in each call of `classify`. */
  readonly batch: number;
  /** A picture as the network takes it, [3, height, width], always of the same size. @throws ImageError */
  readonly read: (path: string) => Promise<Float32Array>;
  /** @param inputs [batch, 3, height, width] @returns logits [batch, classes] */
  readonly classify: (inputs: Float32Array) => Promise<Float32Array>;
  readonly journal: Pick<Journal, 'entries' | 'append' | 'close'>;
  readonly sink: EvaluationSink;
  readonly signal: AbortSignal;
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
 * Measures every picture, going on from what the journal holds. A picture's place in its batch follows from its place in the
 * list alone, and places of pictures that are missing or done stay empty: whether and where a run was interrupted, each
 * picture is computed with the same numbers in the same order. (Its neighbours do not matter: no operation of the network
 * looks across a batch.)
 * @returns after the last picture; yields after each batch
 * @throws CancelledError, with all that was measured in the journal; EvaluationError `journal-unwritable`; what `classify`
 *   throws
 */
export async function* runEvaluation(run: EvaluationRun): AsyncGenerator<EvaluationProgress, void> {
  const { images, batch, journal, sink, signal } = run;
  const finished = new Uint8Array(images.length);
  const counts = { done: 0, unread: 0, reused: 0 };
  const finish = (index: number, entry: JournalEntry) => {
    finished[index] = 1;
    counts.done++;
    if ('code' in entry) counts.unread++;
    deliver(entry, sink);
  };

  try {
    await readJournal(run, finished, finish);
    counts.reused = counts.done;
    const rate = new Rate(performance.now(), counts.done);
    const progress = () => ({
      ...counts,
      total: images.length,
      perSecond: rate.perSecond,
      secondsLeft: rate.secondsLeft(images.length),
    });
    yield progress();

    let waiting: Decoded[] = [];
    const left = remaining(finished);
    for await (const decoded of inOrder(left, AHEAD, (index) => decode(run, index))) {
      throwIfCancelled(signal);
      waiting.push(decoded);
      const group = Math.floor(decoded.index / batch);
      if (hasLeft(finished, decoded.index + 1, (group + 1) * batch)) continue;
      const entries = await measure(run, waiting);
      await journal.append(entries.filter(isLasting));
      for (const [place, entry] of entries.entries()) finish(waiting[place]!.index, entry);
      waiting = [];
      rate.update(performance.now(), counts.done);
      yield progress();
    }
  } finally {
    await journal.close();
  }
}

async function readJournal(
  { folder, images, numClasses, journal, signal }: EvaluationRun,
  finished: Uint8Array,
  finish: (index: number, entry: JournalEntry) => void,
): Promise<void> {
  const places = new Map(images.map(({ path }, index) => [path, index]));
  const paths = images.map(({ path }) => path);
  let states: FileStates | null = null;
  for await (const entry of journal.entries()) {
    throwIfCancelled(signal);
    states ??= await FileStates.read(folder, paths, signal);
    const index = places.get(entry.path);
    if (index === undefined || finished[index] === 1) continue;
    const isOther = entry.truth !== images[index]!.truth || !states.matches(index, entry);
    if (isOther || ('top' in entry && entry.top.some((answer) => answer.index >= numClasses))) continue;
    finish(index, entry);
  }
}

function* remaining(finished: Uint8Array): Generator<number> {
  for (const [index, isFinished] of finished.entries()) if (isFinished === 0) yield index;
}

function hasLeft(finished: Uint8Array, from: number, to: number): boolean {
  return finished.subarray(from, to).includes(0);
}

/** A picture that is ready for the network, or why it is not. */
interface Decoded {
  readonly index: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly input: Float32Array | ImageError;
}

async function decode({ folder, images, read }: EvaluationRun, index: number): Promise<Decoded> {
  const { path } = images[index]!;
  const { size, mtimeMs } = (await readFileState(join(folder, path))) ?? { size: 0, mtimeMs: 0 };
  try {
    return { index, size, mtimeMs, input: await read(path) };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    return { index, size, mtimeMs, input: error };
  }
}

/** One batch: an entry for each of `decoded`, in order. */
async function measure(run: EvaluationRun, decoded: readonly Decoded[]): Promise<readonly JournalEntry[]> {
  const { images, batch, numClasses, classify } = run;
  const length = Math.max(0, ...decoded.map(({ input }) => (input instanceof ImageError ? 0 : input.length)));
  let logits: Float32Array = new Float32Array(0);
  if (length > 0) {
    const inputs = new Float32Array(batch * length);
    for (const { index, input } of decoded)
      if (!(input instanceof ImageError)) inputs.set(input, (index % batch) * length);
    logits = await classify(inputs);
    if (logits.length !== batch * numClasses)
      throw new RangeError(`${batch} pictures of ${numClasses} classes gave ${logits.length} logits.`);
  }
  return decoded.map(({ index, size, mtimeMs, input }) => {
    const { path, truth } = images[index]!;
    const file = { path, size, mtimeMs, truth };
    if (input instanceof ImageError) return { ...file, code: input.code, message: input.message };
    const place = index % batch;
    const own = logits.subarray(place * numClasses, (place + 1) * numClasses);
    if (!own.every(Number.isFinite))
      throw new EngineError(
        'engine-wrong-numbers',
        `${path}: the network's answer is not a number. Its weights are damaged.`,
      );
    const { top, truthProbability, truthRank } = imageResult(path, truth, own);
    return { ...file, top: [...top], truthProbability, truthRank };
  });
}

/** A file that the file system would not give may be given next time; one that is damaged stays so until it changes. */
function isLasting(entry: JournalEntry): boolean {
  return !('code' in entry) || entry.code !== 'image-unreadable';
}

function deliver(entry: JournalEntry, sink: EvaluationSink): void {
  const { path, truth } = entry;
  if ('code' in entry) sink.unread({ path, truth, code: entry.code, message: entry.message });
  else {
    const { top, truthProbability, truthRank } = entry;
    sink.result({ path, truth, top, truthProbability, truthRank });
  }
}
