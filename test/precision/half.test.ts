import { describe, expect, it } from 'vitest';
import { halfToNumber, LARGEST_HALF, numberToHalf } from '../../models/bytes/half.ts';

describe('numberToHalf', () => {
  it('gives every finite half back, and the infinities', () => {
    for (let half = 0; half < 0x10000; half++) {
      const number = halfToNumber(half);
      if (!Number.isNaN(number)) expect(numberToHalf(number)).toBe(half);
    }
  });

  it('rounds to the nearest, and to even in the middle, at every step', () => {
    for (let half = 0; half < 0x7bff; half++) {
      const [low, high] = [halfToNumber(half), halfToNumber(half + 1)];
      // Halfway is exact in float32, and so is a little beside it.
      const middle = (low + high) / 2;
      const nudge = (high - low) / 64;
      expect(numberToHalf(middle - nudge)).toBe(half);
      expect(numberToHalf(middle)).toBe(half % 2 === 0 ? half : half + 1);
      expect(numberToHalf(middle + nudge)).toBe(half + 1);
      expect(numberToHalf(-middle - nudge)).toBe((half + 1) | 0x8000);
    }
  });

  it.each([
    ['the largest', LARGEST_HALF, 0x7bff],
    ['what rounds down to it', 65519.99, 0x7bff],
    ['beyond', 65520, 0x7c00],
    ['far beyond', -1e30, 0xfc00],
    ['infinity', Number.POSITIVE_INFINITY, 0x7c00],
    ['half of the smallest', 2 ** -25, 0],
    ['more than half of it', 2 ** -25 * 1.01, 1],
    ['minus zero', -0, 0x8000],
  ])('%s', (_, number, half) => {
    expect(numberToHalf(number)).toBe(half);
  });

  it('keeps what is no number none', () => {
    expect(Number.isNaN(halfToNumber(numberToHalf(Number.NaN)))).toBe(true);
  });
});
