import { describe, expect, test } from 'vitest';
import { bfloat16ToNumber, decodeBfloat16, decodeHalf, halfToNumber } from '../../models/bytes/half.ts';

/** The definition, in arithmetic: (−1)^sign · 2^(exponent − bias) · (1 + fraction / 2^fractionBits). */
function byDefinition(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (exponent === 2 ** exponentBits - 1) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (exponent - bias);
}

const every = Uint16Array.from({ length: 0x10000 }, (_, i) => i);

describe.each([
  ['half', halfToNumber, decodeHalf, 5, 10],
  ['bfloat16', bfloat16ToNumber, decodeBfloat16, 8, 7],
] as const)('%s', (_, one, many, exponentBits, fractionBits) => {
  test('all 65,536 values', () => {
    const decoded = many(every);
    const wrong = [...every].filter((bits) => {
      const expected = byDefinition(bits, exponentBits, fractionBits);
      return !Object.is(one(bits), expected) || !Object.is(decoded[bits], expected);
    });
    expect(wrong).toEqual([]);
  });
});
