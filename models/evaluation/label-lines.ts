import type { LabelMeaning } from './class-list.ts';
import { type CsvRow, parseCsv } from './csv.ts';

/** One picture of a labels file. */
export interface LabelLine {
  /** Counted from 1, where its record begins. */
  readonly line: number;
  readonly name: string;
  readonly label: string;
}

export interface LabelLines {
  readonly lines: readonly LabelLine[];
  /** Lines that have no name or no label. */
  readonly unreadable: readonly number[];
}

/** What is known about the words of a labels file, to tell its columns apart. */
export interface KnownWords {
  isFile(name: string): boolean;
  meaning(label: string): LabelMeaning;
}

const DELIMITERS = ['\t', ',', ';'] as const;
/** How many records are looked at to tell the columns apart. */
const PROBED = 100;
/** Columns that are looked at: a file of a million commas is no table. */
const MOST_COLUMNS = 256;

const FILE_COLUMNS = [
  'file',
  'filename',
  'path',
  'filepath',
  'relpath',
  'image',
  'img',
  'imagename',
  'imageid',
  'name',
  'id',
];
const LABEL_COLUMNS = [
  ...['label', 'labels', 'wnid', 'synset', 'synsetid', 'class', 'classname', 'target', 'category', 'truelabel'],
  ...['groundtruth', 'predictionstring', 'index', 'classid', 'classindex', 'labelid', 'y'],
];

/**
 * The lines of a labels file in any of its usual forms. `a name.jpg class name` splits behind the picture's extension, else at
 * the first space; CSV may have a header and more columns, the columns are then found by name, else by what lies in them.
 */
export function parseLabelLines(text: string, file: string, known: KnownWords): LabelLines {
  const content = text.replace(/^\uFEFF/, '');
  const delimiter = delimiterOf(content, file);
  const rows = delimiter === null ? splitAtSpaces(content) : parseCsv(content, delimiter);
  const columns = headerColumns(rows[0], known);
  const { name, label } = columns ?? probeColumns(rows, known);
  const lines: LabelLine[] = [];
  const unreadable: number[] = [];
  for (const { line, cells } of columns ? rows.slice(1) : rows) {
    const words = { line, name: cells[name]?.trim() ?? '', label: cells[label]?.trim() ?? '' };
    if (words.name === '' || words.label === '') unreadable.push(line);
    else lines.push(words);
  }
  return { lines, unreadable };
}

/** Null: names and labels are parted by spaces. */
function delimiterOf(content: string, file: string): (typeof DELIMITERS)[number] | null {
  const [first = ''] = content.split(/\r\n|\r|\n/).filter((line) => line.trim() !== '');
  const found = DELIMITERS.find((delimiter) => first.includes(delimiter));
  if (/\.(csv|tsv)$/i.test(file)) return found ?? ',';
  if (found === undefined) return null;
  // `a.jpg tench, Tinca tinca`: the comma belongs to the label.
  return found !== '\t' && PICTURE_THEN_SPACE.test(first.slice(0, first.indexOf(found))) ? null : found;
}

const PICTURE_THEN_SPACE = /\.(?:jpe?g|jpe|jfif|png|gif|webp|bmp|avif|heic|heif|tiff?|jxl)\s+\S/i;

function splitAtSpaces(content: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  for (const [index, line] of content.split(/\r\n|\r|\n/).entries()) {
    const text = line.trim();
    if (text === '') continue;
    const behindPicture = PICTURE_THEN_SPACE.exec(text);
    const space = behindPicture
      ? text.slice(behindPicture.index).search(/\s/) + behindPicture.index
      : text.search(/\s/);
    rows.push({ line: index + 1, cells: space < 0 ? [text] : [text.slice(0, space), text.slice(space + 1)] });
  }
  return rows;
}

interface Columns {
  readonly name: number;
  readonly label: number;
}

/** The columns by their names; null where the first row is no header. */
function headerColumns(row: CsvRow | undefined, known: KnownWords): Columns | null {
  if (row === undefined || row.cells.some((cell) => known.isFile(cell.trim()))) return null;
  const names = row.cells.map((cell) => cell.toLowerCase().replace(/[^a-z]/g, ''));
  const place = (wanted: readonly string[]) => {
    const match = wanted.find((word) => names.includes(word));
    return match === undefined ? -1 : names.indexOf(match);
  };
  const name = place(FILE_COLUMNS);
  const label = place(LABEL_COLUMNS);
  return name < 0 || label < 0 || name === label ? null : { name, label };
}

/** The columns by their content: where most pictures are, and where most classes are; the first two where nothing tells. */
function probeColumns(rows: readonly CsvRow[], known: KnownWords): Columns {
  const probed = rows.slice(0, PROBED);
  const width = Math.min(MOST_COLUMNS, Math.max(2, ...probed.map(({ cells }) => cells.length)));
  const columns = Array.from({ length: width }, (_, column) => column);
  const name = best(columns, (column) => total(probed, column, (word) => (known.isFile(word) ? 1 : 0)));
  const others = columns.filter((column) => column !== name);
  return { name, label: best(others, (column) => total(probed, column, (word) => weight(known.meaning(word)))) };
}

/** Any small number could be an index, so a column of row numbers must not win over one of names. */
function weight(meaning: LabelMeaning): number {
  if (meaning.kind !== 'class') return 0;
  return meaning.by === 'index' ? 1 : 2;
}

function total(rows: readonly CsvRow[], column: number, score: (word: string) => number): number {
  return rows.reduce((sum, { cells }) => sum + score(cells[column]?.trim() ?? ''), 0);
}

/** The first of the columns with the highest score. */
function best(columns: readonly number[], score: (column: number) => number): number {
  const scores = columns.map(score);
  return columns[scores.indexOf(Math.max(...scores))]!;
}
