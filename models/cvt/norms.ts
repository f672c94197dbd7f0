/** Of every LayerNorm and BatchNorm of CvT, whatever a configuration file says: PyTorch's default. */
export const NORM_EPSILON = 1e-5;

/** BatchNorm's tensors, [channels] each. */
export interface BatchNorm {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/**
 * A depthwise convolution with the BatchNorm behind it folded in: w' = w·γ/√(σ² + ε), b' = β − μ·γ/√(σ² + ε).
 * @param kernel [channels, 1, k, k], without a bias of its own
 */
export function foldBatchNorm(
  kernel: Float32Array,
  { weight, bias, mean, variance }: BatchNorm,
): { readonly kernel: Float32Array; readonly bias: Float32Array } {
  const channels = weight.length;
  const taps = kernel.length / channels;
  const folded = new Float32Array(kernel.length);
  const offset = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const factor = weight[channel]! / Math.sqrt(variance[channel]! + NORM_EPSILON);
    offset[channel] = bias[channel]! - mean[channel]! * factor;
    for (let tap = channel * taps; tap < (channel + 1) * taps; tap++) folded[tap] = kernel[tap]! * factor;
  }
  return { kernel: folded, bias: offset };
}

/** LayerNorm over the last axis of tokens [n, C]. */
export function layerNorm(tokens: Float32Array, gamma: Float32Array, beta: Float32Array): Float32Array {
  const width = gamma.length;
  const normed = new Float32Array(tokens.length);
  for (let at = 0; at < tokens.length; at += width) {
    const { mean, deviation } = moments(tokens, at, width);
    for (let i = 0; i < width; i++) normed[at + i] = ((tokens[at + i]! - mean) / deviation) * gamma[i]! + beta[i]!;
  }
  return normed;
}

/** The mean of a token of `width` values from `at` on, and the deviation that LayerNorm divides by, √(σ² + ε). */
export function moments(tokens: Float32Array, at: number, width: number): { mean: number; deviation: number } {
  let mean = 0;
  for (let i = at; i < at + width; i++) mean += tokens[i]!;
  mean /= width;
  let variance = 0;
  for (let i = at; i < at + width; i++) variance += (tokens[i]! - mean) ** 2;
  return { mean, deviation: Math.sqrt(variance / width + NORM_EPSILON) };
}
