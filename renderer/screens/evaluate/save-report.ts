import { toErrorMessage } from '../../../models/errors.ts';
import { reportAsHtml } from '../../../models/evaluation/html/report-page.ts';
import { reportAsJson } from '../../../models/evaluation/report.ts';
import { CSV_HEADER } from '../../../models/evaluation/report-csv.ts';
import type { EvaluationFlow } from '../../evaluate/evaluation-flow.ts';
import { type EvaluationRecord, reportOf } from '../../evaluate/evaluation-record.ts';
import { saveFile } from '../../pipeline/export-save.ts';
import { useNotices } from '../../stores/notices.ts';
import { fileStem } from './words.ts';

export function saveJson(record: EvaluationRecord): void {
  saveFile(`${fileStem(record)}.json`, new Blob([reportAsJson(reportOf(record))], { type: 'application/json' }));
}

/** The page's links lead to pictures where it lies beside their folder: a page knows no paths. */
export function saveHtml(record: EvaluationRecord): void {
  const page = reportAsHtml(reportOf(record), `${encodeURIComponent(record.folder.name.toWellFormed())}/`);
  saveFile(`${fileStem(record)}.html`, new Blob([page], { type: 'text/html' }));
}

/** A line a picture and model. */
export async function saveCsv(record: EvaluationRecord, evaluations: Pick<EvaluationFlow, 'rows'>): Promise<void> {
  try {
    const rows = await evaluations.rows(record);
    saveFile(`${fileStem(record)}.csv`, new Blob([CSV_HEADER, ...rows], { type: 'text/csv' }));
  } catch (error) {
    useNotices.getState().show(toErrorMessage(error).message);
  }
}
