import { EngineError, fromErrorMessage, LensError } from '../../models/errors.ts';
import type { PictureAnswer } from '../../models/evaluation/evaluate-pictures.ts';
import type { LabelledImage } from '../../models/evaluation/labelled-images.ts';
import { precisionWords } from '../../models/precision/precision.ts';
import type { Engine } from '../engine/engine.ts';
import type { Classification, ModelRef } from '../engine/protocol.ts';
import { JobSize } from './job-size.ts';

/** Pictures in a row on which the engine died: by then it is not the pictures. */
const MOST_CRASHES = 3;

export interface EngineWork {
  readonly engine: Engine;
  readonly model: ModelRef;
  readonly images: readonly LabelledImage[];
  /** By path. */
  readonly files: ReadonlyMap<string, File>;
  readonly signal: AbortSignal;
}

/**
 * Has the engine classify the pictures at these places of the list, in jobs so short that whoever waits in the lane (the
 * picture that is looked at) comes next.
 * @throws what the engine throws; a picture on which alone it dies is an answer
 */
export async function* engineAnswers(
  work: EngineWork,
  left: readonly number[],
): AsyncGenerator<readonly PictureAnswer[]> {
  const { images, files } = work;
  const size = new JobSize();
  let crashes = 0;
  for (let at = 0; at < left.length; ) {
    const job = left.slice(at, at + size.pictures);
    const asked = job.map((index) => ({ index, file: files.get(images[index]!.path) ?? null }));
    const started = performance.now();
    let answers: readonly PictureAnswer[];
    try {
      answers = await classifyFiles(work, asked);
    } catch (error) {
      if (!isCrash(error) || ++crashes > MOST_CRASHES) throw error;
      // One of them is too much for the engine: by themselves, the others are not lost with it.
      size.shrink();
      if (job.length > 1) continue;
      answers = [crashed(asked[0]!, error)];
      at += 1;
      yield answers;
      continue;
    }
    crashes = 0;
    size.took(performance.now() - started, job.length);
    at += job.length;
    yield answers;
  }
}

interface Asked {
  readonly index: number;
  /** Null where it is not in the folder any more. */
  readonly file: File | null;
}

async function classifyFiles(
  { engine, model, images, signal }: EngineWork,
  asked: readonly Asked[],
): Promise<readonly PictureAnswer[]> {
  const there = asked.filter((each): each is Asked & { file: File } => each.file !== null);
  const pictures = there.map(({ index, file }) => ({ name: images[index]!.path, bytes: file }));
  const said = pictures.length === 0 ? [] : await engine.call('classify', { model, pictures }, { signal });
  const answers = new Map(there.map(({ index }, place) => [index, said[place]!]));
  return asked.map(({ index, file }) => {
    const classification = answers.get(index);
    const state = { index, size: file?.size ?? 0, mtimeMs: file?.lastModified ?? 0 };
    if (classification) return { ...state, outcome: outcomeOf(classification, model) };
    const message = `${images[index]!.path}: the file is not in the folder any more.`;
    return { ...state, outcome: { code: 'image-unreadable', message, isPassing: true } };
  });
}

/**
 * @throws CheckpointError `not-finite`: that is the model's fault, not the picture's; EngineError where the engine has moved to a device
 * that does not have the precision whose accuracy is measured
 */
function outcomeOf(classification: Classification, { title, precision = 'fp32' }: ModelRef): PictureAnswer['outcome'] {
  if (classification.kind === 'done') {
    if (classification.precision === precision) return classification.logits;
    throw new EngineError(
      'engine-unexpected',
      `${title} was measured in ${precisionWords(precision)}, and the engine now runs it in ${precisionWords(classification.precision)}. Choose the device as it was and go on, or start a new evaluation.`,
    );
  }
  const { error } = classification;
  if (error.code === 'not-finite') throw fromErrorMessage(error);
  return { code: error.code, message: error.message, isPassing: error.code === 'image-unreadable' };
}

function crashed({ index, file }: Asked, { code, message }: LensError): PictureAnswer {
  const outcome = { code, message, isPassing: true };
  return { index, size: file?.size ?? 0, mtimeMs: file?.lastModified ?? 0, outcome };
}

function isCrash(error: unknown): error is LensError {
  return error instanceof LensError && (error.code === 'engine-crashed' || error.code === 'engine-out-of-memory');
}
