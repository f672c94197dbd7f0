/**
 * The exact signed decomposition of one logit (attention-notes, "Class attribution"): all terms sum to it. With the final
 * LayerNorm's σ frozen, key j of head i in a block of the last stage adds A[cls, j] · (g_cᵀ W_O v_j).
 */
export interface Attribution {
  /** Of the class. */
  readonly index: number;
  /** As the network gave it. */
  readonly logit: number;
  /** Of all the terms below; equals `logit` up to float32. */
  readonly sum: number;
  /** [depth, heads, cls + keys] of the last stage. */
  readonly keys: Float32Array;
  /** [depth]: what the bias of each block's output projection adds. */
  readonly attentionBias: Float32Array;
  /** [depth]: what each block's MLP adds. */
  readonly mlp: Float32Array;
  /** What the last stage started with: the learned CLS token, or with mean pooling the embedded tokens. */
  readonly initial: number;
  /** β of the final LayerNorm and the head's own bias. */
  readonly bias: number;
}
