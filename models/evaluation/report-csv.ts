import type { ClassList } from './class-list.ts';
import { csvField } from './csv.ts';
import { type ImageResult, TOP } from './image-result.ts';

const PLACES = Array.from({ length: TOP }, (_, place) => place + 1);

/** The columns of a report's CSV: one picture and model a line. */
export const CSV_HEADER = csvLine([
  ...['model', 'path', 'true_index', 'true_label', 'true_wnid', 'true_rank', 'true_probability', 'error'],
  ...PLACES.flatMap((place) => [`top${place}_index`, `top${place}_label`, `top${place}_probability`]),
]);

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
