/**
 * The weights and inputs that the reference outputs in test/golden were made with, and the engine's self-test with them. A
 * formula instead of files: the published networks would be gigabytes. All hashing is on unsigned 32-bit integers that wrap;
 * values are computed in float64 and rounded once to float32.
 */

const GOLDEN_RATIO = 0x9e3779b1;

/**
 * The weight `name` (an official state-dict key) of `shape`, row-major.
 * @param seed as the golden file's metadata states it
 */
export function formulaTensor(name: string, shape: readonly number[], seed: number): Float32Array {
  return fill(name, shape, seed, formulaOf(name, shape));
}

/** The input `pixel_values` [batch, 3, height, width] that goes with the weights of `seed`; "normalised" already. */
export function formulaInput(shape: readonly [number, number, number, number], seed: number): Float32Array {
  return fill('pixel_values', shape, seed, (u) => (2 * u - 1) * 2);
}

function formulaOf(name: string, shape: readonly number[]): (u: number) => number {
  const parts = name.split('.');
  const key = parts.at(-1);
  const isNorm = name.includes('.bn.') || (parts.at(-2) ?? '').includes('norm');
  switch (key) {
    case 'running_mean':
      return (u) => (2 * u - 1) * 0.4;
    case 'running_var':
      return (u) => 0.3 + 1.4 * u;
    case 'cls_token':
      return (u) => (2 * u - 1) * 0.5;
    case 'num_batches_tracked':
      return () => 0;
    case 'bias':
      return isNorm ? (u) => (2 * u - 1) * 0.3 : (u) => (2 * u - 1) * 0.2;
    case 'weight': {
      if (isNorm) return (u) => 0.7 + 0.6 * u;
      const fanIn = shape.slice(1).reduce((product, size) => product * size, 1);
      const bound = Math.sqrt(3 / fanIn);
      return (u) => (2 * u - 1) * bound;
    }
    default:
      throw new Error(`The weight formula has no value for ${name}.`);
  }
}

function fill(name: string, shape: readonly number[], seed: number, value: (u: number) => number): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  const start = fnv1a(name) ^ Math.imul(seed, GOLDEN_RATIO);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    let hash = (Math.imul(i, GOLDEN_RATIO) + start) | 0;
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
    hash ^= hash >>> 16;
    values[i] = value((hash >>> 0) / 2 ** 32);
  }
  return values;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
