import { LensError, throwIfCancelled, toErrorMessage } from '../../../models/errors.ts';
import { normalise, preprocess } from '../../../models/image/preprocess.ts';
import type { InputWindow } from '../../../models/image/preprocessing.ts';
import { inOrder } from '../../../models/in-order.ts';
import type { Precision } from '../../../models/precision/precision.ts';
import { checkLogits, softmax } from '../../../models/predictions.ts';
import type { Classification, EngineCalls, ModelRef, PictureRef } from '../protocol.ts';
import type { Tools } from './analyze.ts';
import { decodePicture } from './decode-picture.ts';
import type { Task } from './task.ts';
import { turn } from './turn.ts';

/** Pictures that are decoded while another one runs. Each may be 100 megapixels, 400 MB until it is resampled. */
const AHEAD = 2;

/**
 * Pictures are run one by one in a session for predictions alone. Batches were measured with the demo on WASM (Chromium 156, 2 threads, a busy machine, 7 interleaved rounds): per picture 38, 34
 * and 30 ms in batches of 1, 4 and 8 at 96×96, 36, 33 and 33 ms at 128×128, 318, 291 and 241 ms at 224×224. That does not pay for another
 * session with the weights.
 *
 * What a network says of each of many pictures, and nothing about where it looked. A picture that cannot be used has its reason
 * in its place, and the others go on.
 * @throws CheckpointError, SpecError, EngineError, CancelledError
 */
export async function classify(
  { model, pictures }: EngineCalls['classify']['argument'],
  { models }: Pick<Tools, 'models'>,
  task: Task,
): Promise<readonly Classification[]> {
  const { report, network } = await models.load(model, task, 'predictions');
  const { multiplyAdds } = report;
  const total = pictures.length;
  const classifications: Classification[] = [];
  task.progress({ phase: 'studying', done: 0, total }, multiplyAdds);
  for await (const input of inOrder(pictures, AHEAD, (picture) => readInput(picture, model, task.signal))) {
    // Withdrawals and whoever follows a pointer are heard between two runs.
    await turn();
    throwIfCancelled(task.signal);
    classifications.push(await outcome(input, (values) => network.logits(values), model.title, report.precision.ran));
    task.progress({ phase: 'studying', done: classifications.length, total }, multiplyAdds);
  }
  return classifications;
}

interface Input {
  readonly values: Float32Array;
  readonly window: InputWindow;
}

/** @throws CancelledError */
async function readInput(picture: PictureRef, model: ModelRef, signal: AbortSignal): Promise<Input | LensError> {
  throwIfCancelled(signal);
  try {
    const { rgb, window } = preprocess(await decodePicture(picture, signal), model.preprocessing);
    return { values: normalise(rgb, model.preprocessing), window };
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof LensError) return error;
    throw error;
  }
}

async function outcome(
  input: Input | LensError,
  run: (values: Float32Array) => Promise<Float32Array>,
  title: string,
  precision: Precision,
): Promise<Classification> {
  if (input instanceof LensError) return { kind: 'failed', error: toErrorMessage(input) };
  const logits = await run(input.values);
  try {
    checkLogits(logits, title);
  } catch (error) {
    return { kind: 'failed', error: toErrorMessage(error as LensError) };
  }
  return { kind: 'done', logits, probabilities: softmax(logits), window: input.window, precision };
}
