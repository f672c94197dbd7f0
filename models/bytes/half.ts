/**
 * The two 16-bit floating-point types of checkpoints, widened to float32 exactly, and binary16 back. Written here because
 * Float16Array is missing in Node 22, and bfloat16 has no typed array anywhere.
 */

const bits = new Uint32Array(1);
const value = new Float32Array(bits.buffer);

/** IEEE 754 binary16 (1 sign, 5 exponent, 10 fraction bits) to the same number. Subnormals, infinities and NaN included. */
export function halfToNumber(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0) {
    const magnitude = fraction * 2 ** -24;
    return sign === 0 ? magnitude : -magnitude;
  }
  // float32 has 13 more fraction bits and an exponent bias of 127 instead of 15.
  bits[0] = sign | (exponent === 0x1f ? 0x7f800000 : (exponent + 112) << 23) | (fraction << 13);
  return value[0]!;
}

/** bfloat16 is the upper half of a float32. */
export function bfloat16ToNumber(half: number): number {
  bits[0] = half << 16;
  return value[0]!;
}

export function decodeHalf(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) values[i] = halfToNumber(halves[i]!);
  return values;
}

export function decodeBfloat16(halves: Uint16Array): Float32Array {
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = halves[i]! << 16;
  return new Float32Array(words.buffer);
}

/** The largest finite binary16. */
export const LARGEST_HALF = 65504;

/** To IEEE 754 binary16, rounded to the nearest and to even between two. Beyond {@link LARGEST_HALF} (from 65520 on): infinity. */
export function numberToHalf(number: number): number {
  value[0] = number;
  const word = bits[0]!;
  const sign = (word >>> 16) & 0x8000;
  const magnitude = word & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520, halfway between the largest and what would come next.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal: 13 fraction bits go, and a carry runs into the exponent as it should.
    const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return sign | ((rounded - 0x38000000) >>> 13);
  }
  // Subnormal: a multiple of 2⁻²⁴, exact in float64.
  return sign | roundToEven(Math.abs(value[0]!) * 2 ** 24);
}

export function encodeHalf(numbers: Float32Array): Uint16Array<ArrayBuffer> {
  const halves = new Uint16Array(numbers.length);
  for (let i = 0; i < numbers.length; i++) halves[i] = numberToHalf(numbers[i]!);
  return halves;
}

function roundToEven(number: number): number {
  const floor = Math.floor(number);
  const rest = number - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
