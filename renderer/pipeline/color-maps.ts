import {
  interpolateCividis,
  interpolateGreys,
  interpolateInferno,
  interpolateMagma,
  interpolateViridis,
} from 'd3-scale-chromatic';
import type { Settings } from '../shell/settings.ts';

export type ColorMapName = Settings['overlay']['colorMap'];

/** Perceptually uniform, dark to bright, so that bright always means more. */
const INTERPOLATORS: Readonly<Record<ColorMapName, (position: number) => string>> = {
  inferno: interpolateInferno,
  viridis: interpolateViridis,
  magma: interpolateMagma,
  cividis: interpolateCividis,
  // ColorBrewer's greys run from white to black.
  greys: (position) => interpolateGreys(1 - position),
};

export const COLOR_MAPS = Object.keys(INTERPOLATORS) as readonly ColorMapName[];

const STEPS = 256;
const tables = new Map<ColorMapName, readonly string[]>();

/** 256 CSS colours from the map's low end to its high end. */
export function colorTable(name: ColorMapName): readonly string[] {
  let table = tables.get(name);
  if (!table) {
    table = Array.from({ length: STEPS }, (_, step) => INTERPOLATORS[name](step / (STEPS - 1)));
    tables.set(name, table);
  }
  return table;
}

/** The colour at a position of 0–1. */
export function colorAt(table: readonly string[], position: number): string {
  return table[Math.round(position * (table.length - 1))]!;
}

/** The map as a CSS gradient, left to right. */
export function colorGradient(name: ColorMapName): string {
  const table = colorTable(name);
  const stops = Array.from({ length: 17 }, (_, stop) => colorAt(table, stop / 16));
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
