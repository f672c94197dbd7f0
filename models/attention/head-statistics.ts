/** Of one block: how each of its heads spreads attention, over all queries (CLS among them). */
export interface HeadStatistics {
  /** [heads, cls + keys]: mean over queries of the attention; each head's row sums to 1. */
  readonly received: Float32Array;
  /** [heads]: mean over queries of the Shannon entropy of their rows, in bits; 0 to log2(cls + keys). */
  readonly entropy: Float32Array;
  /**
   * [heads]: mean over grid queries of the attention-weighted distance from the query's centre to the key's centre, in
   * pixels of the network's input. CLS has no place: it is left out among queries, and among keys the rest is renormalised.
   */
  readonly distance: Float32Array;
}
