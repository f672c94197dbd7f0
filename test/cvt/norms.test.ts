import { describe, expect, it } from 'vitest';
import { foldBatchNorm, layerNorm } from '../../models/cvt/norms.ts';

describe('foldBatchNorm', () => {
  it('makes convolving and normalising one convolution', () => {
    const kernel = Float32Array.of(1, -2, 0.5, 3, 4, -1);
    const norm = {
      weight: Float32Array.of(0.5, -1.5),
      bias: Float32Array.of(0.25, 2),
      mean: Float32Array.of(1, -3),
      variance: Float32Array.of(0.04, 9),
    };
    const folded = foldBatchNorm(kernel, norm);
    const input = [0.3, -0.7, 1.1];
    for (const channel of [0, 1]) {
      const convolved = (weights: Float32Array) => input.reduce((sum, x, i) => sum + x * weights[channel * 3 + i]!, 0);
      const normalised =
        ((convolved(kernel) - norm.mean[channel]!) / Math.sqrt(norm.variance[channel]! + 1e-5)) *
          norm.weight[channel]! +
        norm.bias[channel]!;
      expect(convolved(folded.kernel) + folded.bias[channel]!).toBeCloseTo(normalised, 5);
    }
  });
});

describe('layerNorm', () => {
  it('gives each token mean β and deviation γ', () => {
    const tokens = Float32Array.of(1, 2, 3, 4, -10, 10, -10, 10);
    const normed = layerNorm(tokens, new Float32Array(4).fill(2), new Float32Array(4).fill(0.5));
    const deviation = Math.sqrt(1.25 + 1e-5);
    const expected = [-1.5, -0.5, 0.5, 1.5].map((value) => (2 * value) / deviation + 0.5).concat(-1.5, 2.5, -1.5, 2.5);
    for (const [i, value] of expected.entries()) expect(normed[i]).toBeCloseTo(value, 5);
  });

  it('keeps a token of equal values finite', () => {
    expect([...layerNorm(Float32Array.of(7, 7), Float32Array.of(1, 1), Float32Array.of(0, 3))]).toEqual([0, 3]);
  });
});
