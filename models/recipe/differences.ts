import type { OfficialSpec } from '../cvt/spec.ts';
import { type Precision, precisionWords } from '../precision/precision.ts';
import type { Recipe } from './recipe.ts';

/** A file as a recipe names it. */
export interface FileIdentity {
  readonly bytes: number;
  /** Null where it is not known. */
  readonly sha256: string | null;
}

/**
 * How a file differs from the recipe's, as the end of a sentence; null where they are the same. Without both checksums the
 * sizes have to do.
 */
export function fileDifference(recipe: FileIdentity, here: FileIdentity): string | null {
  if (recipe.sha256 !== null && here.sha256 !== null && recipe.sha256 === here.sha256) return null;
  if (recipe.bytes !== here.bytes) return `it has ${here.bytes} bytes and the recipe’s ${recipe.bytes}`;
  if (recipe.sha256 === null || here.sha256 === null) return null;
  return `its SHA-256 begins with ${here.sha256.slice(0, 12)} and the recipe’s with ${recipe.sha256.slice(0, 12)}`;
}

/** How a model that is here differs from the recipe's beside its file; empty where the same weights mean the same network. */
export function modelDifferences(
  { model, engine }: Pick<Recipe, 'model' | 'engine'>,
  here: {
    readonly spec: OfficialSpec;
    readonly activation: string;
    readonly numClasses: number;
    readonly precision: { readonly ran: Precision };
  },
): readonly string[] {
  const differences: string[] = [];
  const keys = Object.keys(model.spec) as (keyof OfficialSpec)[];
  const other = keys.filter((key) => JSON.stringify(model.spec[key]) !== JSON.stringify(here.spec[key]));
  if (other.length > 0) differences.push(`its architecture differs in ${other.join(', ')}`);
  if (model.activation !== here.activation)
    differences.push(`its activation is ${here.activation} and the recipe’s ${model.activation}`);
  if (model.classes !== here.numClasses)
    differences.push(`it has ${here.numClasses} classes and the recipe’s ${model.classes}`);
  const { ran } = here.precision;
  if (engine.precision !== ran)
    differences.push(`it runs in ${precisionWords(ran)} and the recipe’s ran in ${precisionWords(engine.precision)}`);
  return differences;
}
