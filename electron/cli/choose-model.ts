import { preprocessingFor } from '../../models/image/preprocessing.ts';
import { demoParts, type LoadedModel, loadModel, type ModelParts } from '../inference/load-model.ts';
import { DEMO_ID } from '../weights/models.ts';
import { usageError } from './command.ts';
import { findCheckpoint } from './find-checkpoint.ts';
import { parseActivation, parsePrecision, parseSize, readSpec } from './options.ts';
import { bytesInWords } from './sizes.ts';
import { StatusLine } from './status-line.ts';

/** The options by which a command line names a model. */
export interface ModelWords {
  readonly checkpoint?: string | undefined;
  readonly spec?: string | undefined;
  readonly activation?: string | undefined;
  readonly size?: string | undefined;
  readonly precision?: string | undefined;
}

export interface ModelOptions {
  readonly signal: AbortSignal;
  /** Pictures in each run; 1 by default. */
  readonly batch?: number;
}

/**
 * The model that a command line means, ready to classify; the demo where it names none.
 * @throws ShellError `usage`, SpecError, CheckpointError, DownloadError, CancelledError
 */
export async function chooseModel(words: ModelWords, options: ModelOptions): Promise<LoadedModel> {
  const { path, parts } = await chosenParts(words, options);
  return loadModel(path, parts);
}

export interface ChosenParts {
  readonly path: string;
  readonly parts: ModelParts;
  /** Of the file; null where the library does not know it. */
  readonly sha256: string | null;
}

/** Where that model is, and what is known about it. @throws ShellError `usage`, SpecError, DownloadError, CancelledError */
export async function chosenParts(words: ModelWords, options: ModelOptions): Promise<ChosenParts> {
  const isDemo = words.checkpoint === undefined || words.checkpoint === DEMO_ID;
  if (words.spec !== undefined && isDemo) throw usageError('--spec describes a --checkpoint, and none is given.');
  const activation = parseActivation(words.activation);
  const precision = parsePrecision(words.precision);
  const screen = new StatusLine(words.checkpoint ?? DEMO_ID);
  const onConvert = (done: number, total: number): void => {
    screen.show(`converting the weights, ${bytesInWords(done)} of ${bytesInWords(total)}`, 'converting');
    if (done === total) screen.end(null);
  };
  const shared = { ...options, activation, precision, onConvert };
  if (words.checkpoint === undefined || isDemo) {
    const size = words.size === undefined ? null : parseSize(words.size, '');
    return { ...(await demoParts({ ...shared, size })), sha256: null };
  }
  const spec = await readSpec(words.spec);
  const { path, id, model } = await findCheckpoint(words.checkpoint, options.signal);
  const own = words.size === undefined ? model?.preprocessing : undefined;
  const parts: ModelParts = {
    ...shared,
    id,
    spec: spec ?? model?.spec ?? null,
    activation: activation ?? model?.activation ?? null,
    preprocessing: own ?? preprocessingFor(parseSize(words.size, words.checkpoint)),
    labels: model?.labels ?? null,
  };
  return { path, parts, sha256: model?.sha256 ?? null };
}
