/** Two answers over the same classes. Where the label sets differ, none of this means anything: see {@link sameLabels}. */

/** Whether two models tell the same classes apart, in the same order. */
export function sameLabels(a: readonly string[], b: readonly string[]): boolean {
  return a === b || (a.length === b.length && a.every((label, index) => label === b[index]));
}

/**
 * How far apart two distributions are: the Jensen-Shannon divergence in bits, 0 where they are equal and 1 where no class has a
 * share in both (Lin, "Divergence measures based on the Shannon entropy", 1991).
 * @param p [classes], sums to 1
 * @param q [classes], sums to 1
 * @throws RangeError where the numbers of classes differ
 */
export function jensenShannon(p: Float32Array, q: Float32Array): number {
  checkLengths(p, q);
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const middle = (p[i]! + q[i]!) / 2;
    sum += (relative(p[i]!, middle) + relative(q[i]!, middle)) / 2;
  }
  // Rounding takes equal distributions a hair below.
  return Math.min(1, Math.max(0, sum));
}

/** The largest difference in probability that any set of classes can have: half the sum of differences, 0–1. */
export function totalVariation(p: Float32Array, q: Float32Array): number {
  checkLengths(p, q);
  let sum = 0;
  for (let i = 0; i < p.length; i++) sum += Math.abs(p[i]! - q[i]!);
  return sum / 2;
}

/** What became of one class's probability. */
export interface ClassShift {
  readonly index: number;
  readonly from: number;
  readonly to: number;
  /** to − from */
  readonly shift: number;
}

/** All classes, the largest shift up or down first; equal ones in index order. */
export function classShifts(from: Float32Array, to: Float32Array): readonly ClassShift[] {
  checkLengths(from, to);
  const shifts = Array.from(from, (probability, index) => {
    const other = to[index]!;
    return { index, from: probability, to: other, shift: other - probability };
  });
  return shifts.sort((a, b) => Math.abs(b.shift) - Math.abs(a.shift) || a.index - b.index);
}

/** The likeliest class; the first of equal ones. −1 where there is none. */
export function topClass(probabilities: Float32Array): number {
  let best = -1;
  for (let i = 0; i < probabilities.length; i++) if (best < 0 || probabilities[i]! > probabilities[best]!) best = i;
  return best;
}

/** One class's part of a Kullback-Leibler divergence, in bits; 0 where it has no probability. */
function relative(probability: number, middle: number): number {
  return probability > 0 ? probability * Math.log2(probability / middle) : 0;
}

function checkLengths(a: Float32Array, b: Float32Array): void {
  if (a.length !== b.length) throw new RangeError(`${a.length} and ${b.length} classes cannot be compared.`);
}
