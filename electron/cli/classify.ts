import { basename } from 'node:path';
import { printable } from '../../models/bytes/printable.ts';
import { LensError, throwIfCancelled } from '../../models/errors.ts';
import { checkLogits, type Prediction, rankClasses, softmax } from '../../models/predictions.ts';
import type { CpuPrecision, LoadedModel } from '../inference/load-model.ts';
import { pictureInput, readPicture } from '../inference/picture-input.ts';
import { chooseModel } from './choose-model.ts';
import { type Command, callerPath, parseWords, print, reportProblem, usageError } from './command.ts';

const TOP = 5;

interface Result {
  /** As the caller gave it. */
  readonly file: string;
  readonly model: string;
  readonly precision: CpuPrecision;
  readonly top: readonly Pick<Prediction, 'index' | 'label' | 'probability'>[];
  /** Milliseconds from the file's bytes to the probabilities. */
  readonly ms: number;
}

/** `cvt classify`: the top-5 of each picture. A picture that cannot be read is reported and the others go on. */
export const classify: Command = async (words, signal) => {
  const { values, positionals: files } = parseWords(words, {
    checkpoint: { type: 'string' },
    spec: { type: 'string' },
    activation: { type: 'string' },
    size: { type: 'string' },
    precision: { type: 'string' },
    json: { type: 'boolean', default: false },
  });
  if (files.length === 0) throw usageError('classify takes one or more pictures.');

  const model = await chooseModel(values, { signal });
  const results: Result[] = [];
  try {
    for (const file of files) {
      throwIfCancelled(signal);
      const result = await tryClassify(model, file);
      if (!result) continue;
      results.push(result);
      if (!values.json) print(asText(result));
    }
  } finally {
    await model.close();
  }
  if (values.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
  return results.length === files.length;
};

async function tryClassify(model: LoadedModel, file: string): Promise<Result | null> {
  try {
    return await classifyFile(model, file);
  } catch (error) {
    if (!(error instanceof LensError)) throw error;
    reportProblem(error);
    return null;
  }
}

async function classifyFile(model: LoadedModel, file: string): Promise<Result> {
  const bytes = await readPicture(callerPath(file), file);
  const started = performance.now();
  const logits = await model.logits(await pictureInput(basename(file), bytes, model.preprocessing));
  checkLogits(logits, model.id);
  const ranked = rankClasses(softmax(logits), model.labels);
  const ms = Math.round((performance.now() - started) * 10) / 10;
  const top = ranked.slice(0, TOP).map(({ index, label, probability }) => ({ index, label, probability }));
  return { file, model: model.id, precision: model.precision, top, ms };
}

function asText({ file, model, precision, top, ms }: Result): string {
  const rows = top.map(
    ({ label, probability }) => `  ${(probability * 100).toFixed(1).padStart(5)} %  ${printable(label)}`,
  );
  return `${[`${file}  (${model}${precision === 'fp32' ? '' : `, ${precision}`}, ${ms.toFixed(0)} ms)`, ...rows].join('\n')}\n`;
}
