import {
  interpolateBrBG,
  interpolateCividis,
  interpolateGreys,
  interpolateInferno,
  interpolateMagma,
  interpolatePuOr,
  interpolateRdBu,
  interpolateViridis,
} from 'd3-scale-chromatic';

/** Perceptually uniform, dark to bright, so that bright always means more. */
export const SEQUENTIAL_MAPS = ['inferno', 'viridis', 'magma', 'cividis', 'greys'] as const;
/** For signed numbers, pale at zero; all three can be told apart with every common colour blindness. */
export const DIVERGING_MAPS = ['blue-red', 'purple-orange', 'brown-teal'] as const;

export type SequentialMapName = (typeof SEQUENTIAL_MAPS)[number];
export type DivergingMapName = (typeof DIVERGING_MAPS)[number];
export type ColorMapName = SequentialMapName | DivergingMapName;

/** A colour map in steps from its low end to its high end. */
export interface ColorTable {
  readonly name: ColorMapName;
  /** [COLOR_STEPS · 3]: red, green, blue of 0–255. */
  readonly rgb: Uint8Array;
  /** [COLOR_STEPS]: the same as CSS. */
  readonly css: readonly string[];
}

export const COLOR_STEPS = 256;

// The outermost tenths of ColorBrewer's diverging maps are as dark as a dark picture: they would hide what matters most.
const inner = (position: number) => 0.1 + 0.8 * position;

const INTERPOLATORS: Readonly<Record<ColorMapName, (position: number) => string>> = {
  inferno: interpolateInferno,
  viridis: interpolateViridis,
  magma: interpolateMagma,
  cividis: interpolateCividis,
  // ColorBrewer's greys run from white to black.
  greys: (position) => interpolateGreys(1 - position),
  // Warm is for, cold is against.
  'blue-red': (position) => interpolateRdBu(inner(1 - position)),
  'purple-orange': (position) => interpolatePuOr(inner(1 - position)),
  'brown-teal': (position) => interpolateBrBG(inner(position)),
};

const tables = new Map<ColorMapName, ColorTable>();

export function colorTable(name: ColorMapName): ColorTable {
  let table = tables.get(name);
  if (!table) {
    const colors = Array.from({ length: COLOR_STEPS }, (_, step) => parseColor(INTERPOLATORS[name](stepAt(step))));
    table = {
      name,
      rgb: Uint8Array.from(colors.flat()),
      css: colors.map(([red, green, blue]) => `rgb(${red}, ${green}, ${blue})`),
    };
    tables.set(name, table);
  }
  return table;
}

/** The CSS colour at a position of 0–1. */
export function colorAt(table: ColorTable, position: number): string {
  return table.css[Math.round(position * (COLOR_STEPS - 1))]!;
}

/** The map as a CSS gradient, left to right. */
export function colorGradient(name: ColorMapName): string {
  const table = colorTable(name);
  const stops = Array.from({ length: 17 }, (_, stop) => colorAt(table, stop / 16));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}

function stepAt(step: number): number {
  return step / (COLOR_STEPS - 1);
}

/** d3 answers `#rrggbb` or `rgb(r, g, b)`, depending on the map. */
function parseColor(css: string): readonly [number, number, number] {
  const channels = css.startsWith('#')
    ? [1, 3, 5].map((at) => Number.parseInt(css.slice(at, at + 2), 16))
    : (css.match(/\d+/g) ?? []).map(Number);
  const [red, green, blue] = channels;
  if (red === undefined || green === undefined || blue === undefined) throw new TypeError(`${css} is no RGB colour.`);
  return [red, green, blue];
}
