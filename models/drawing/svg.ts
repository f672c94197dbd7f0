import { escapeMarkup } from '../escape-markup.ts';

/** SVG as text. Attributes and text are escaped here and nowhere else. */

export type SvgAttributes = Readonly<Record<string, string | number | undefined>>;

/** Markup that needs no more escaping. */
export interface Svg {
  readonly markup: string;
}

export function element(name: string, attributes: SvgAttributes, ...children: readonly (Svg | string | null)[]): Svg {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? short(value) : escaped(value!)}"`)
    .join('');
  const inner = children.map((child) => (typeof child === 'string' ? escaped(child) : (child?.markup ?? ''))).join('');
  return { markup: inner === '' ? `<${name}${written}/>` : `<${name}${written}>${inner}</${name}>` };
}

export function group(...children: readonly (Svg | null)[]): Svg {
  return { markup: children.map((child) => child?.markup ?? '').join('') };
}

/** Lengths to a hundredth of a pixel and opacities to a thousandth are more than anybody sees. */
function short(number: number): string {
  return String(Math.round(number * 1000) / 1000);
}

// XML 1.0 has no way to write the other control characters, unpaired surrogates, U+FFFE and U+FFFF.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is replaced
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function escaped(text: string): string {
  return escapeMarkup(text.toWellFormed().replace(UNWRITABLE, '\ufffd'));
}
