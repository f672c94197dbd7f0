/** What is tested: the order in which a map's cells are taken away or put back. */
export interface FaithfulnessPlan {
  /** A map over one stage's keys or tokens. Pixel maps are averaged over a stage's tiles before they get here. */
  readonly stage: number;
  readonly on: 'keys' | 'tokens';
  /** [rows · cols]; the largest goes first. */
  readonly cells: Float32Array;
  /** Whose probability is followed. */
  readonly classIndex: number;
  /** Points of each curve beside its start; cells are taken in this many equal portions. 1 or more. */
  readonly steps: number;
  /** Random orders to compare with; their curves are averaged. 1 or more. */
  readonly randomOrders: number;
  readonly seed: number;
}

/** A class's probability while cells go (deletion) or come (insertion). */
export interface FaithfulnessCurve {
  /** [steps + 1], 0–1. */
  readonly probabilities: readonly number[];
  /** Area under the curve over the share of cells, by trapezoids; 0–1. */
  readonly area: number;
}

export interface FaithfulnessCurves {
  /** [steps + 1], 0 to 1: the share of cells taken. */
  readonly shares: readonly number[];
  readonly deletion: FaithfulnessCurve;
  readonly insertion: FaithfulnessCurve;
  /** The mean over the random orders. */
  readonly randomDeletion: FaithfulnessCurve;
  readonly randomInsertion: FaithfulnessCurve;
}
