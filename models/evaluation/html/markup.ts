import { escapeMarkup } from '../../escape-markup.ts';

/** Text that is HTML already; anything else is escaped where it is put into a template. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Markup | string | number | null | readonly Markup[];

/** A template whose values are escaped, for text and for attributes in double quotes. Null is nothing. */
export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + asText(values[index - 1] ?? null) + part));
}

function asText(value: Value): string {
  if (value === null) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'string') return escapeMarkup(value);
  return typeof value === 'number' ? String(value) : value.map(({ text }) => text).join('');
}
