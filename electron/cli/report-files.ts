import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { reportAsHtml } from '../../models/evaluation/html/report-page.ts';
import type { EvaluationReport } from '../../models/evaluation/report.ts';
import { reportAsJson } from '../../models/evaluation/report.ts';
import { CSV_HEADER, type CsvRows } from '../../models/evaluation/report-csv.ts';
import { callerPath, usageError } from './command.ts';
import { refuseExisting, writeOutput } from './output-file.ts';

const FORMATS = { '.json': 'json', '.csv': 'csv', '.html': 'html', '.htm': 'html' } as const;

export interface PlannedOutput {
  readonly path: string;
  readonly format: (typeof FORMATS)[keyof typeof FORMATS];
}

/** @throws ShellError `usage` for another ending, or the same file twice */
export function planOutputs(words: readonly string[]): readonly PlannedOutput[] {
  const outputs = words.map((word) => {
    const extension = extname(word).toLowerCase();
    if (!isFormat(extension)) throw usageError(`--out ends in .json, .csv or .html, not "${word}".`);
    return { path: callerPath(word), format: FORMATS[extension] };
  });
  if (new Set(outputs.map(({ path }) => path)).size < outputs.length) throw usageError('--out names a file twice.');
  return outputs;
}

function isFormat(extension: string): extension is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, extension);
}

/**
 * Writes each file whole. What came to stand in its place while the run was on is left alone, too: the results are kept, and
 * the same command with another name writes them at once.
 * @throws ShellError `output-exists`, `output-unwritable`; CancelledError
 */
export async function writeReports(
  outputs: readonly PlannedOutput[],
  what: {
    readonly report: EvaluationReport;
    readonly csv: CsvRows | null;
    readonly force: boolean;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  for (const { path, format } of outputs) {
    if (!what.force) await refuseExisting(path);
    await writeOutput(path, encoded(piecesOf(format, what.report, what.csv)), what.signal);
  }
}

function* piecesOf(format: PlannedOutput['format'], report: EvaluationReport, csv: CsvRows | null): Generator<string> {
  if (format === 'json') yield reportAsJson(report);
  else if (format === 'html') yield reportAsHtml(report, `${pathToFileURL(report.folder).href}/`);
  else {
    yield CSV_HEADER;
    if (csv) yield* csv.lines();
  }
}

function* encoded(pieces: Iterable<string>): Generator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}
