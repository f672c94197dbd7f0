import { join } from 'node:path';
import { ImageError } from '../../models/errors.ts';
import {
  type EvaluationProgress,
  type EvaluationSink,
  evaluatePictures,
  type PictureAnswer,
} from '../../models/evaluation/evaluate-pictures.ts';
import type { EvaluationJournal } from '../../models/evaluation/journal-entry.ts';
import type { LabelledImage } from '../../models/evaluation/labelled-images.ts';
import { inOrder } from '../../models/in-order.ts';
import { FileStates, readFileState } from './file-states.ts';

/** Pictures that are decoded while the network runs; each may be large. */
const AHEAD = 4;

export interface EvaluationRun {
  /** In which the paths of `images` lie. */
  readonly folder: string;
  readonly images: readonly LabelledImage[];
  readonly numClasses: number;
  /** Pictures in each call of `classify`. */
  readonly batch: number;
  /** Calls of `classify` that may be under way at the same time. */
  readonly atOnce: number;
  /** A picture as the network takes it, [3, height, width], always of the same size. @throws ImageError */
  readonly read: (path: string) => Promise<Float32Array>;
  /** @param inputs [batch, 3, height, width] @returns logits [batch, classes] */
  readonly classify: (inputs: Float32Array) => Promise<Float32Array>;
  readonly journal: EvaluationJournal;
  readonly sink: EvaluationSink;
  readonly signal: AbortSignal;
}

/**
 * Measures the pictures of a folder. A picture's place in its batch follows from its place in the list alone, and places of
 * pictures that are missing or done stay empty: whether and where a run was interrupted, each picture is computed with the same
 * numbers in the same order. (Its neighbours do not matter: no operation of the network looks across a batch.)
 * @returns after the last picture; yields after each batch
 * @throws what evaluatePictures and `classify` throw
 */
export function runEvaluation(run: EvaluationRun): AsyncGenerator<EvaluationProgress, void> {
  const { folder, images, numClasses, journal, sink, signal } = run;
  return evaluatePictures({
    images,
    numClasses,
    states: () =>
      FileStates.read(
        folder,
        images.map(({ path }) => path),
        signal,
      ),
    answers: (left) => answersInBatches(run, left),
    journal,
    sink,
    signal,
    now: () => performance.now(),
  });
}

/** Several batches may be under way; their answers come in the order of the pictures. */
function answersInBatches(run: EvaluationRun, left: readonly number[]): AsyncGenerator<readonly PictureAnswer[], void> {
  return inOrder(decodedInBatches(run, left), run.atOnce, (decoded) => measure(run, decoded));
}

async function* decodedInBatches(
  run: EvaluationRun,
  left: readonly number[],
): AsyncGenerator<readonly Decoded[], void> {
  const batchOf = (index: number) => Math.floor(index / run.batch);
  let waiting: Decoded[] = [];
  let place = 0;
  for await (const decoded of inOrder(left, AHEAD, (index) => decode(run, index))) {
    waiting.push(decoded);
    place++;
    const next = left[place];
    if (next !== undefined && batchOf(next) === batchOf(decoded.index)) continue;
    yield waiting;
    waiting = [];
  }
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

/** One batch: an answer for each of `decoded`, in order. */
async function measure(run: EvaluationRun, decoded: readonly Decoded[]): Promise<readonly PictureAnswer[]> {
  const { batch, numClasses, classify } = run;
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
    const file = { index, size, mtimeMs };
    if (input instanceof ImageError) {
      const { code, message } = input;
      // One that is damaged stays so until it changes.
      return { ...file, outcome: { code, message, isPassing: code === 'image-unreadable' } };
    }
    const place = index % batch;
    return { ...file, outcome: logits.subarray(place * numClasses, (place + 1) * numClasses) };
  });
}
