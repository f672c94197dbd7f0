import type { ClassList } from './class-list.ts';
import { csvField } from './csv.ts';
import type { EvaluationSink } from './evaluate-pictures.ts';
import { type ImageResult, TOP } from './image-result.ts';
import { byCodeUnits } from './top-list.ts';

const PLACES = Array.from({ length: TOP }, (_, place) => place + 1);

/** The columns of a report's CSV: one picture and model a line. */
export const CSV_HEADER = csvLine([
  ...['model', 'path', 'true_index', 'true_label', 'true_wnid', 'true_rank', 'true_probability', 'error'],
  ...PLACES.flatMap((place) => [`top${place}_index`, `top${place}_label`, `top${place}_probability`]),
]);

/** The lines of a CSV report: models in order, each one's pictures by their paths. */
export class CsvRows {
  readonly #models: { readonly path: string; readonly row: string }[][] = [];

  /** Collects the outcomes of one more model. */
  of(model: string, classes: ClassList): EvaluationSink {
    const rows: { readonly path: string; readonly row: string }[] = [];
    this.#models.push(rows);
    return {
      result: (result) => rows.push({ path: result.path, row: csvResult(model, result, classes) }),
      unread: (image) => rows.push({ path: image.path, row: csvBroken(model, image, classes) }),
    };
  }

  *lines(): Generator<string> {
    for (const own of this.#models) for (const { row } of own.sort((a, b) => byCodeUnits(a.path, b.path))) yield row;
  }
}

/** A measured picture. */
export function csvResult(model: string, result: ImageResult, classes: ClassList): string {
  const top = PLACES.flatMap((place) => {
    const answer = result.top[place - 1];
    return answer ? [answer.index, classes.shown(answer.index), answer.probability] : ['', '', ''];
  });
  return csvLine([...truthCells(model, result, classes), result.truthRank, result.truthProbability, '', ...top]);
}

/** A picture that could not be read, with the reason's code. */
export function csvBroken(
  model: string,
  image: { readonly path: string; readonly truth: number; readonly code: string },
  classes: ClassList,
): string {
  return csvLine([...truthCells(model, image, classes), '', '', image.code, ...PLACES.flatMap(() => ['', '', ''])]);
}

function truthCells(
  model: string,
  { path, truth }: { readonly path: string; readonly truth: number },
  classes: ClassList,
): readonly (string | number)[] {
  // The same file under a name that no spreadsheet takes for a formula.
  const safe = /^[=+\-@]/.test(path) ? `./${path}` : path;
  return [model, safe, truth, classes.shown(truth), classes.classes[truth]?.wnid ?? ''];
}

function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(csvField).join(',')}\r\n`;
}
