export interface CsvRow {
  /** Counted from 1, where the record begins. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * RFC 4180 with any delimiter: fields in double quotes may hold delimiters, line ends and doubled quotes. LF, CRLF and CR end
 * records; empty lines are skipped. A quote inside an unquoted field is an ordinary character, and a quoted field that never
 * ends reaches to the end of the text.
 */
export function parseCsv(text: string, delimiter: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let wasQuoted = false;
  let line = 1;
  let began = 1;
  const endCell = () => {
    cells.push(cell);
    cell = '';
    wasQuoted = false;
  };
  const endRow = () => {
    if (cells.length > 0 || cell !== '' || wasQuoted) {
      endCell();
      rows.push({ line: began, cells });
    }
    cells = [];
    cell = '';
  };
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    const endsLine = char === '\n' || (char === '\r' && text[at + 1] !== '\n');
    if (endsLine) line++;
    if (quoted) {
      if (char !== '"') cell += char;
      else if (text[at + 1] === '"') {
        cell += '"';
        at++;
      } else quoted = false;
    } else if (char === '"' && cell === '' && !wasQuoted) {
      quoted = true;
      wasQuoted = true;
    } else if (char === delimiter) endCell();
    else if (endsLine) {
      endRow();
      began = line;
    } else if (char !== '\r') cell += char;
  }
  endRow();
  return rows;
}

/** A field as RFC 4180 writes it. A leading `=`, `+`, `-` or `@` is kept from being run as a formula by spreadsheets. */
export function csvField(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
