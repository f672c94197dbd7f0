/** Patterns in other names and what stands for them in the official ones, applied in order. */
export type Renames = readonly (readonly [RegExp, string])[];

export function rename(name: string, renames: Renames): string {
  return renames.reduce((key, [pattern, replacement]) => key.replace(pattern, replacement), name);
}
