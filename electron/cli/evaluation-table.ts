import { grouped, interval, percent } from '../../models/evaluation/html/words.ts';
import type { EvaluationReport, ModelEvaluation, ReportedShare } from '../../models/evaluation/report.ts';
import { nameIn } from '../../models/precision/precision.ts';
import { textTable } from './text-table.ts';

const HEADINGS = ['MODEL', 'PICTURES', 'TOP-1 (95 %)', 'TOP-5 (95 %)', 'PUBLISHED', 'CALIBRATION ERROR'];
const CONFUSIONS = 5;

/** What matters of a report, for a terminal: the scores, and what is confused most. */
export function evaluationTable({ models }: EvaluationReport): string {
  const scores = models.map(({ model, top1, top5, published, calibration }) => [
    nameIn(model.precision, model.id),
    grouped(top1?.of ?? 0),
    withInterval(top1),
    withInterval(top5),
    published === null ? '' : percent(published.top1),
    calibration.expectedCalibrationError === null ? '' : percent(calibration.expectedCalibrationError),
  ]);
  return [textTable([HEADINGS, ...scores]), ...models.map((model) => confusions(model, models.length > 1))].join('');
}

function withInterval(share: ReportedShare | null): string {
  return share === null ? '' : `${percent(share.value)} (${interval(share)})`;
}

function confusions({ model, confusions: { listed } }: ModelEvaluation, isNamed: boolean): string {
  if (listed.length === 0) return '';
  const rows = listed
    .slice(0, CONFUSIONS)
    .map(({ truth, predicted, count }) => [`  ${truth.name}`, `→ ${predicted.name}`, grouped(count)]);
  return `\nTaken for another class most often${isNamed ? ` by ${model.id}` : ''}:\n${textTable(rows)}`;
}
