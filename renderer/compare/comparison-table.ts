import type { Comparison } from '../../models/compare/compare-columns.ts';
import { csvField } from '../../models/evaluation/csv.ts';
import { rankClasses } from '../../models/predictions.ts';
import type { Compared, ComparedColumn } from './column-results.ts';

const TOP = 5;
const SHIFTS = 20;

/** A line for every finished column, with its five likeliest classes and what it has against the reference. */
export function comparisonCsv(compared: Compared, picture: string): string {
  const lines = compared.done.map((column) => {
    const { letter, result, state } = column;
    const { timings, device, precision, multiplyAdds } = state.analysis;
    const comparison = against(compared, column);
    const top = topOf(column);
    return csvLine([
      picture,
      letter,
      result.modelId,
      result.input.width,
      result.input.height,
      device.provider,
      precision.ran,
      state.report.parameters,
      multiplyAdds,
      timings.decodeMs,
      timings.preprocessMs,
      timings.runMs,
      timings.readMs,
      ...Array.from({ length: TOP }, (_, at) => [top[at]?.label ?? '', top[at]?.probability ?? '']).flat(),
      compared.reference?.letter ?? '',
      comparison ? (comparison.flipped ? 'yes' : 'no') : '',
      comparison?.classes?.divergence ?? '',
      comparison?.classes?.variation ?? '',
      comparison?.correlation ?? '',
      comparison?.error?.logits.max ?? '',
      comparison?.error?.map?.max ?? '',
    ]);
  });
  return HEADER + lines.join('');
}

const HEADER = csvLine([
  'picture',
  'column',
  'model',
  'width',
  'height',
  'engine',
  'precision',
  'parameters',
  'multiply_adds',
  'decode_ms',
  'resize_ms',
  'run_ms',
  'read_ms',
  ...Array.from({ length: TOP }, (_, at) => [`class_${at + 1}`, `probability_${at + 1}`]).flat(),
  'reference',
  'top1_differs',
  'jensen_shannon_bits',
  'total_variation',
  'map_correlation',
  'logit_error_max',
  'map_error_max',
]);

/** The same with preprocessing, what is looked at, and the classes that moved most. */
export function comparisonJson(compared: Compared, picture: string): string {
  const columns = compared.done.map((column) => {
    const { letter, result, state, map } = column;
    const { window, timings, device, precision, multiplyAdds } = state.analysis;
    const shown = map?.shown?.map;
    return {
      column: letter,
      model: result.modelId,
      title: state.entry.title,
      engine: device,
      precision,
      window,
      parameters: state.report.parameters,
      multiplyAdds,
      timings,
      top: topOf(column),
      map: shown && {
        view: shown.view,
        stage: shown.stage,
        block: shown.block,
        head: shown.head,
        token: shown.token,
        grid: shown.grid,
      },
      againstReference: comparisonOf(against(compared, column), result.labels),
    };
  });
  return `${JSON.stringify({ picture, reference: compared.reference?.letter ?? null, columns }, null, 2)}\n`;
}

function comparisonOf(comparison: Comparison | null, labels: readonly string[]) {
  if (!comparison) return null;
  const { classes } = comparison;
  const shifts = classes?.shifts.slice(0, SHIFTS).map((shift) => ({ ...shift, label: labels[shift.index] }));
  return { ...comparison, classes: classes && { ...classes, shifts } };
}

function against({ others }: Compared, column: ComparedColumn): Comparison | null {
  return others.find((each) => each.column === column)?.comparison ?? null;
}

function topOf({ result }: ComparedColumn) {
  return rankClasses(result.probabilities, result.labels).slice(0, TOP);
}

function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvField).join(',')}\r\n`;
}
