import { describe, expect, test } from 'vitest';
import { numericError } from '../../models/compare/numeric-error.ts';
import { classShifts, jensenShannon, sameLabels, topClass, totalVariation } from '../../models/compare/predictions.ts';
import { softmax } from '../../models/predictions.ts';

const P = softmax(Float32Array.from({ length: 100 }, (_, i) => Math.sin(i) * 3));
const Q = softmax(Float32Array.from({ length: 100 }, (_, i) => Math.cos(i * 1.3) * 2));

/** By Shannon's entropy: H((p + q) / 2) − (H(p) + H(q)) / 2. */
function byEntropy(p: Float32Array, q: Float32Array): number {
  const entropy = (values: readonly number[]) =>
    values.reduce((sum, value) => sum - (value > 0 ? value * Math.log2(value) : 0), 0);
  const middle = Array.from(p, (value, i) => (value + q[i]!) / 2);
  return entropy(middle) - (entropy([...p]) + entropy([...q])) / 2;
}

describe('the Jensen-Shannon divergence', () => {
  test('is what entropies say it is, both ways round', () => {
    expect(jensenShannon(P, Q)).toBeCloseTo(byEntropy(P, Q), 6);
    expect(jensenShannon(Q, P)).toBeCloseTo(jensenShannon(P, Q), 12);
    expect(jensenShannon(P, Q)).toBeGreaterThan(0.05);
  });

  test.each([
    { p: [1, 0], q: [0, 1], bits: 1 },
    { p: [0.5, 0.5], q: [0.5, 0.5], bits: 0 },
    // ½·log2(4/3) + ½·(½·log2(2/3) + ½·log2(2)) by hand.
    { p: [1, 0], q: [0.5, 0.5], bits: 0.311278 },
  ])('of $p and $q is $bits bits', ({ p, q, bits }) => {
    expect(jensenShannon(Float32Array.from(p), Float32Array.from(q))).toBeCloseTo(bits, 5);
  });

  test('does not take different classes for the same', () => {
    expect(() => jensenShannon(P, Q.subarray(1))).toThrow(RangeError);
    expect(() => classShifts(P, Q.subarray(1))).toThrow(RangeError);
    expect(() => totalVariation(P, Q.subarray(1))).toThrow(RangeError);
  });
});

test('total variation is the largest difference that a set of classes has', () => {
  let largest = 0;
  for (let i = 0; i < P.length; i++) largest += Math.max(0, P[i]! - Q[i]!);
  expect(totalVariation(P, Q)).toBeCloseTo(largest, 5);
  expect(totalVariation(Float32Array.of(1, 0), Float32Array.of(0, 1))).toBe(1);
});

test('shifts are ranked by their size, up or down, ties in index order', () => {
  const shifts = classShifts(Float32Array.of(0.5, 0.25, 0.25, 0), Float32Array.of(0.25, 0.5, 0.125, 0.125));
  expect(shifts.map(({ index, shift }) => [index, shift])).toEqual([
    [0, -0.25],
    [1, 0.25],
    [2, -0.125],
    [3, 0.125],
  ]);
});

test.each([
  { values: [0.1, 0.7, 0.2], top: 1 },
  { values: [0.4, 0.4, 0.2], top: 0 },
  { values: [], top: -1 },
])('the top class of $values is $top', ({ values, top }) => {
  expect(topClass(Float32Array.from(values))).toBe(top);
});

test('label sets are the same only in the same order', () => {
  expect(sameLabels(['cat', 'dog'], ['cat', 'dog'])).toBe(true);
  expect(sameLabels(['cat', 'dog'], ['dog', 'cat'])).toBe(false);
  expect(sameLabels(['cat', 'dog'], ['cat'])).toBe(false);
});

test('numeric error is the largest and the mean difference, and says so where a number is none', () => {
  expect(numericError(Float32Array.of(1, 2, 3), Float32Array.of(1.5, 2, 1))).toEqual({ max: 2, mean: 2.5 / 3 });
  const broken = numericError(Float32Array.of(1, Number.NaN, 3), Float32Array.of(1, 2, 9));
  expect(broken.max).toBeNaN();
  expect(broken.mean).toBeNaN();
  expect(() => numericError(Float32Array.of(1), Float32Array.of(1, 2))).toThrow(RangeError);
});
