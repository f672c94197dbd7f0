import { eigenOfSymmetric } from './symmetric-eigen.ts';

/** How many components are asked for: one for each of red, green and blue. */
export const COMPONENTS = 3;

/** Vectors that are iterated together. The five extra ones make the wanted three settle within a few rounds. */
const BLOCK = 8;

/** A component is settled once it is an eigenvector up to this share of the largest eigenvalue. */
const TOLERANCE = 1e-4;

/** Rounds, for spectra so flat that no direction stands out. */
const MAX_ROUNDS = 40;

/** Below this share of its length a vector that lost its part along others is rounding error. */
const NOTHING_LEFT = 1e-7;

export interface PrincipalComponents {
  /** [3][C]: unit vectors by falling variance, the largest entry positive; all zero where there are fewer. */
  readonly directions: readonly Float64Array[];
  /** [3][n]: the tokens' coordinates along them, their mean being zero. */
  readonly coordinates: readonly Float64Array[];
  /** [3]: the share of the tokens' variance along each, 0–1. */
  readonly explained: readonly number[];
}

/**
 * The first three principal components of tokens [n, C], by orthogonal iteration on the covariance without forming it, with
 * Rayleigh–Ritz in each round (Golub & Van Loan, Matrix Computations, 8.2.4). The same tokens always give the same components.
 */
export function principalComponents(tokens: Float32Array, width: number): PrincipalComponents {
  const { centred, variance } = centre(tokens, width);
  // Any independent start that is not orthogonal to the components will do; this one is the same every time.
  let basis = orthonormal(
    Float64Array.from({ length: width * BLOCK }, (_, i) => Math.cos(i * i * 1.6180339887)),
    width,
  );
  for (let round = 0; round < MAX_ROUNDS && variance > 0; round++) {
    const image = timesCovariance(centred, basis, width);
    const { values, vectors } = eigenOfSymmetric(transposedProduct(basis, image), BLOCK);
    const turnedBasis = turned(basis, vectors);
    const turnedImage = turned(image, vectors);
    const isSettled = largestResidual(turnedBasis, turnedImage, values) <= TOLERANCE * values[0]!;
    basis = isSettled ? turnedBasis : orthonormal(turnedImage, width);
    if (isSettled) break;
  }
  return alongDirections(centred, basis, variance, width);
}

function alongDirections(
  centred: Float32Array,
  basis: Float64Array,
  variance: number,
  width: number,
): PrincipalComponents {
  const directions: Float64Array[] = [];
  const coordinates: Float64Array[] = [];
  const explained: number[] = [];
  for (let index = 0; index < COMPONENTS; index++) {
    const direction = withFixedSign(Float64Array.from({ length: width }, (_, i) => basis[i * BLOCK + index]!));
    const along = project(centred, direction);
    const share = variance > 0 ? along.reduce((sum, value) => sum + value * value, 0) / variance : 0;
    const exists = share > NOTHING_LEFT ** 2;
    directions.push(exists ? direction : direction.fill(0));
    coordinates.push(exists ? along : along.fill(0));
    explained.push(exists ? Math.min(1, share) : 0);
  }
  return { directions, coordinates, explained };
}

function project(centred: Float32Array, direction: Float64Array): Float64Array {
  const width = direction.length;
  return Float64Array.from({ length: centred.length / width }, (_, token) => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += centred[token * width + i]! * direction[i]!;
    return sum;
  });
}

/** Eigenvectors have no sign of their own; the largest entry shall be positive. */
function withFixedSign(direction: Float64Array): Float64Array {
  let largest = 0;
  for (const value of direction) if (Math.abs(value) > Math.abs(largest)) largest = value;
  return largest < 0 ? direction.map((value) => -value) : direction;
}

/** @returns the tokens less their mean, and the sum of squares of all that is left */
function centre(tokens: Float32Array, width: number): { centred: Float32Array; variance: number } {
  const mean = new Float64Array(width);
  for (let at = 0; at < tokens.length; at += width)
    for (let i = 0; i < width; i++) mean[i] = mean[i]! + tokens[at + i]!;
  for (let i = 0; i < width; i++) mean[i] = (mean[i]! * width) / tokens.length;
  const centred = new Float32Array(tokens.length);
  let variance = 0;
  let magnitude = 0;
  for (let at = 0; at < tokens.length; at += width)
    for (let i = 0; i < width; i++) {
      const value = tokens[at + i]! - mean[i]!;
      centred[at + i] = value;
      variance += value * value;
      magnitude += tokens[at + i]! ** 2;
    }
  // Tokens that are all alike leave rounding errors, which have no directions to show.
  return { centred, variance: variance > NOTHING_LEFT ** 2 * magnitude ? variance : 0 };
}

/** XᵀX·V for V [C, 8], in one walk over X [n, C]. */
function timesCovariance(x: Float32Array, v: Float64Array, width: number): Float64Array {
  const image = new Float64Array(width * BLOCK);
  for (let at = 0; at < x.length; at += width) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    let e = 0;
    let f = 0;
    let g = 0;
    let h = 0;
    for (let i = 0, j = 0; i < width; i++, j += BLOCK) {
      const value = x[at + i]!;
      a += value * v[j]!;
      b += value * v[j + 1]!;
      c += value * v[j + 2]!;
      d += value * v[j + 3]!;
      e += value * v[j + 4]!;
      f += value * v[j + 5]!;
      g += value * v[j + 6]!;
      h += value * v[j + 7]!;
    }
    for (let i = 0, j = 0; i < width; i++, j += BLOCK) {
      const value = x[at + i]!;
      image[j] = image[j]! + value * a;
      image[j + 1] = image[j + 1]! + value * b;
      image[j + 2] = image[j + 2]! + value * c;
      image[j + 3] = image[j + 3]! + value * d;
      image[j + 4] = image[j + 4]! + value * e;
      image[j + 5] = image[j + 5]! + value * f;
      image[j + 6] = image[j + 6]! + value * g;
      image[j + 7] = image[j + 7]! + value * h;
    }
  }
  return image;
}

/** VᵀW of two [C, 8], [8, 8]. */
function transposedProduct(v: Float64Array, w: Float64Array): Float64Array {
  const product = new Float64Array(BLOCK * BLOCK);
  for (let at = 0; at < v.length; at += BLOCK)
    for (let i = 0; i < BLOCK; i++)
      for (let j = 0; j < BLOCK; j++) product[i * BLOCK + j] = product[i * BLOCK + j]! + v[at + i]! * w[at + j]!;
  return product;
}

/** V·R for V [C, 8] and R [8, 8]. */
function turned(v: Float64Array, rotation: Float64Array): Float64Array {
  const result = new Float64Array(v.length);
  for (let at = 0; at < v.length; at += BLOCK)
    for (let j = 0; j < BLOCK; j++) {
      let sum = 0;
      for (let i = 0; i < BLOCK; i++) sum += v[at + i]! * rotation[i * BLOCK + j]!;
      result[at + j] = sum;
    }
  return result;
}

/** The largest |A·x − θ·x| among the wanted vectors. */
function largestResidual(basis: Float64Array, image: Float64Array, values: Float64Array): number {
  let largest = 0;
  for (let index = 0; index < COMPONENTS; index++) {
    let square = 0;
    for (let at = index; at < basis.length; at += BLOCK) square += (image[at]! - values[index]! * basis[at]!) ** 2;
    largest = Math.max(largest, Math.sqrt(square));
  }
  return largest;
}

/** The columns of [C, 8] made orthonormal by Gram–Schmidt, twice for rounding; what depends on earlier columns becomes 0. */
function orthonormal(columns: Float64Array, width: number): Float64Array {
  const result = columns.slice();
  for (let column = 0; column < BLOCK; column++) {
    const before = columnProduct(result, column, column);
    for (let pass = 0; pass < 2; pass++)
      for (let other = 0; other < column; other++) {
        const part = columnProduct(result, column, other);
        for (let i = 0; i < width; i++) {
          const at = i * BLOCK;
          result[at + column] = result[at + column]! - part * result[at + other]!;
        }
      }
    const after = columnProduct(result, column, column);
    const factor = after > NOTHING_LEFT ** 2 * before ? 1 / Math.sqrt(after) : 0;
    for (let i = 0; i < width; i++) result[i * BLOCK + column] = result[i * BLOCK + column]! * factor;
  }
  return result;
}

function columnProduct(columns: Float64Array, a: number, b: number): number {
  let sum = 0;
  for (let at = 0; at < columns.length; at += BLOCK) sum += columns[at + a]! * columns[at + b]!;
  return sum;
}
