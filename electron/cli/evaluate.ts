import { join } from 'node:path';
import { CancelledError } from '../../models/errors.ts';
import type { EvaluationProgress } from '../../models/evaluation/evaluate-pictures.ts';
import { problemInWords } from '../../models/evaluation/label-problems.ts';
import type { EvaluationReport, ModelEvaluation } from '../../models/evaluation/report.ts';
import { reportAsJson } from '../../models/evaluation/report.ts';
import { CsvRows } from '../../models/evaluation/report-csv.ts';
import { nameIn } from '../../models/precision/precision.ts';
import { findAppRoot } from '../app-root.ts';
import { evaluateModel } from '../evaluation/evaluate-model.ts';
import { type LabelledFolder, labelFolder, openLabelledFolder } from '../evaluation/labelled-folder.ts';
import { classesOf } from '../evaluation/model-classes.ts';
import { readVersion } from '../facts.ts';
import { loadInLanes } from '../inference/lanes/load-in-lanes.ts';
import { dataFolder } from '../settings/data-folder.ts';
import { sha256OfFile } from '../weights/checksum.ts';
import { chosenParts } from './choose-model.ts';
import { type Command, callerPath, parseWords, print, remark, usageError } from './command.ts';
import { evaluationTable } from './evaluation-table.ts';
import { parseBatch, parseLanes, parsePrecision } from './options.ts';
import { refuseExisting } from './output-file.ts';
import { planOutputs, writeReports } from './report-files.ts';
import { secondsInWords } from './sizes.ts';
import { StatusLine } from './status-line.ts';

/** How many problems and unreadable pictures are named on stderr; the report names more. */
const NAMED = 5;

const OPTIONS = {
  model: { type: 'string', multiple: true, default: [] as string[] },
  checkpoint: { type: 'string', multiple: true, default: [] as string[] },
  spec: { type: 'string' },
  activation: { type: 'string' },
  size: { type: 'string' },
  precision: { type: 'string' },
  labels: { type: 'string' },
  classes: { type: 'string' },
  batch: { type: 'string' },
  lanes: { type: 'string' },
  limit: { type: 'string' },
  out: { type: 'string', multiple: true, default: [] as string[] },
  json: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  force: { type: 'boolean', default: false },
} as const;

/**
 * `cvt evaluate`: accuracy on a labelled folder. Pictures that cannot be read are part of the answer, not a failure, unless
 * there are no others.
 */
export const evaluate: Command = async (words, signal) => {
  const { values, positionals } = parseWords(words, OPTIONS);
  const [given, ...others] = positionals;
  if (given === undefined || others.length > 0) throw usageError('evaluate takes one folder.');
  const outputs = planOutputs(values.out);
  const batch = parseBatch(values.batch);
  if (batch > 1 && parsePrecision(values.precision) === 'int8')
    throw usageError(
      '--precision int8 runs one picture at a time, since each sets the scale of its own numbers: leave --batch out.',
    );
  const lanes = parseLanes(values.lanes);
  const limit = parseLimit(values.limit);
  const checkpoints: (string | undefined)[] = [...values.model, ...values.checkpoint];
  if (checkpoints.length === 0) checkpoints.push(undefined);
  if (new Set(checkpoints).size < checkpoints.length) throw usageError('A model is named twice.');
  if (!values.force) for (const { path } of outputs) await refuseExisting(path);

  const labelsFile = values.labels === undefined ? null : callerPath(values.labels);
  const folder = await openLabelledFolder(callerPath(given), labelsFile, signal);
  const runs = Math.ceil(Math.min(limit ?? folder.pictures.length, folder.pictures.length) / batch);
  const version = await readVersion(findAppRoot());
  const csv = outputs.some(({ format }) => format === 'csv') ? new CsvRows() : null;
  const models: ModelEvaluation[] = [];
  for (const checkpoint of checkpoints) {
    const { spec, activation, size, precision } = values;
    const chosen = { checkpoint, spec, activation, size, precision };
    const { path, parts, sha256 } = await chosenParts(chosen, { batch, signal });
    const model = await loadInLanes(path, parts, { asked: lanes, runs });
    try {
      const classes = await classesOf(model, values.classes === undefined ? null : callerPath(values.classes));
      const run = evaluateModel({
        model,
        sha256: sha256 ?? (await sha256OfFile(path, { signal })),
        batch,
        classes,
        folder: folder.folder,
        labelling: labelFolder(folder, classes),
        limit,
        journals: join(dataFolder(), 'evaluations'),
        fresh: values.fresh,
        version,
        ...(csv ? { also: csv.of(nameIn(model.precision, model.id), classes) } : {}),
        signal,
      });
      const evaluation = await follow(model.id, run, words);
      reportLeftOut(evaluation);
      models.push(evaluation);
    } finally {
      await model.close();
    }
  }

  const report = asReport(folder, limit, models);
  await writeReports(outputs, { report, csv, force: values.force, signal });
  if (values.json) process.stdout.write(reportAsJson(report));
  else print(evaluationTable(report));
  return models.every(({ top1 }) => top1 !== null);
};

function asReport(
  { folder, pictures, labels }: LabelledFolder,
  limit: number | null,
  models: ModelEvaluation[],
): EvaluationReport {
  return {
    schema: 'cvt-lens/evaluation',
    version: 1,
    folder,
    labelsFile: labels?.path ?? null,
    pictures: pictures.length,
    limit,
    models,
  };
}

/** Runs to the end, telling how it goes; an interrupt says how to go on. */
async function follow(
  id: string,
  run: AsyncGenerator<EvaluationProgress, ModelEvaluation>,
  words: readonly string[],
): Promise<ModelEvaluation> {
  const screen = new StatusLine(id);
  let last: EvaluationProgress | null = null;
  try {
    for (;;) {
      const step = await run.next();
      if (step.done === true) {
        screen.end(null);
        return step.value;
      }
      last = step.value;
      screen.show(progressInWords(last), last.done === last.total ? 'done' : 'running');
    }
  } catch (error) {
    const where = last === null ? '' : ` at ${last.done} of ${last.total}`;
    screen.end(error instanceof CancelledError ? `${id}: paused${where}. Go on with: ${resumeCommand(words)}` : null);
    throw error;
  }
}

function progressInWords({ done, total, unread, reused, perSecond, secondsLeft }: EvaluationProgress): string {
  const parts = [`${done} of ${total} pictures`];
  if (reused > 0) parts.push(`${reused} from an earlier run`);
  if (unread > 0) parts.push(`${unread} unreadable`);
  if (perSecond !== null) parts.push(`${perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toFixed(2)}/s`);
  if (secondsLeft !== null && done < total) parts.push(`${secondsInWords(secondsLeft)} left`);
  return parts.join(', ');
}

/** The same command for a shell, without what would make it start over. */
function resumeCommand(words: readonly string[]): string {
  const quoted = words
    .filter((word) => word !== '--fresh')
    .map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`));
  return ['cvt evaluate', ...quoted].join(' ');
}

function reportLeftOut({ model, problems, warnings, broken }: ModelEvaluation): void {
  const lines = [
    ...warnings.map(({ code, message }) => `warning[${code}]: ${message}`),
    ...shortened(problems, problemInWords, 'more problems with labels'),
    ...shortened(broken, ({ code, message }) => `unreadable[${code}]: ${message}`, 'more unreadable pictures'),
  ];
  for (const line of lines) remark(`${model.id}: ${line}\n`);
}

function shortened<Item>(items: readonly Item[], inWords: (item: Item) => string, more: string): readonly string[] {
  const lines = items.slice(0, NAMED).map(inWords);
  return items.length > NAMED ? [...lines, `${items.length - NAMED} ${more}; the report lists them.`] : lines;
}

/** @throws ShellError `usage` */
function parseLimit(text: string | undefined): number | null {
  if (text === undefined) return null;
  const limit = Number(text);
  if (!Number.isSafeInteger(limit) || limit < 1) throw usageError(`--limit is a whole number from 1, not "${text}".`);
  return limit;
}
