import { mapCorrelation } from './map-correlation.ts';
import { mapOverlap, type PlacedMap } from './map-overlap.ts';
import { type NumericError, numericError } from './numeric-error.ts';
import { type ClassShift, classShifts, jensenShannon, sameLabels, topClass, totalVariation } from './predictions.ts';

/** What one column found: one checkpoint at one input on one engine, on the picture that all columns have. */
export interface ColumnResult {
  /** Of the weights: the same for two columns of one checkpoint file. */
  readonly modelId: string;
  /** Of spec and activation: the same for two files of one network, as its float16 beside its float32 weights. */
  readonly network: string;
  /** In pixels. */
  readonly input: { readonly width: number; readonly height: number };
  readonly labels: readonly string[];
  /** [classes] */
  readonly logits: Float32Array;
  /** [classes], sums to 1. */
  readonly probabilities: Float32Array;
  /** The map that is looked at; null while there is none. `key`: which map of the network it is. */
  readonly map: (PlacedMap & { readonly key: string }) | null;
}

/** Where a column disagrees with another, the reference. */
export interface Comparison {
  /** By name, so that models of different label sets can agree. */
  readonly flipped: boolean;
  /** Null where the two tell different classes apart. */
  readonly classes: {
    /** In bits, 0–1. */
    readonly divergence: number;
    /** 0–1 */
    readonly variation: number;
    /** From the reference to the column, the largest first. */
    readonly shifts: readonly ClassShift[];
  } | null;
  /** Pearson's, over the picture's pixels; null where there are no two maps to correlate. */
  readonly correlation: number | null;
  /** The share of the picture that both networks see, 0–1; null without two maps. */
  readonly common: number | null;
  /**
   * Of two engines on one checkpoint, or two checkpoints of one network (precisions of the same weights should give nearly the
   * same numbers, other weights need not), at one input and for the same classes; null for anything else.
   * `map`: of the maps' own cells, null where they are of different places of the network.
   */
  readonly error: { readonly logits: NumericError; readonly map: NumericError | null } | null;
}

export function compareColumns(reference: ColumnResult, column: ColumnResult): Comparison {
  const comparable = sameLabels(reference.labels, column.labels);
  const maps = reference.map && column.map ? { a: reference.map, b: column.map } : null;
  return {
    flipped: topName(reference) !== topName(column),
    classes: comparable
      ? {
          divergence: jensenShannon(reference.probabilities, column.probabilities),
          variation: totalVariation(reference.probabilities, column.probabilities),
          shifts: classShifts(reference.probabilities, column.probabilities),
        }
      : null,
    correlation: maps && mapCorrelation(maps.a, maps.b),
    common: maps && commonShare(maps.a, maps.b),
    error: errorOf(reference, column),
  };
}

/** Whether the numbers of two columns answer each other one by one. */
function isSameNetwork(a: ColumnResult, b: ColumnResult): boolean {
  const sameInput = a.input.width === b.input.width && a.input.height === b.input.height;
  return a.network === b.network && sameInput && sameLabels(a.labels, b.labels);
}

function errorOf(reference: ColumnResult, column: ColumnResult): Comparison['error'] {
  if (!isSameNetwork(reference, column) || reference.logits.length !== column.logits.length) return null;
  const [a, b] = [reference.map, column.map];
  const sameMap = a && b && a.key === b.key && a.cells.length === b.cells.length;
  return {
    logits: numericError(reference.logits, column.logits),
    map: sameMap ? numericError(a.cells, b.cells) : null,
  };
}

function topName({ labels, probabilities }: ColumnResult): string {
  const top = topClass(probabilities);
  return labels[top] ?? `class ${top}`;
}

function commonShare(a: PlacedMap, b: PlacedMap): number {
  const { rows, cols } = mapOverlap(a.place, b.place);
  const count = (runs: typeof rows) => runs.reduce((sum, run) => sum + run.count, 0);
  const { pictureWidth, pictureHeight } = a.place.window;
  return (count(rows) * count(cols)) / (pictureWidth * pictureHeight);
}
