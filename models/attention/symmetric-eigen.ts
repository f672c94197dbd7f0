/** Eigenvalues from the largest to the smallest, and the unit eigenvectors as columns of [size, size]. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array;
}

/** Sweeps until rounding; cyclic Jacobi converges quadratically and needs five to eight for a matrix this small. */
const MAX_SWEEPS = 30;

/** Of a small symmetric matrix [size, size], by cyclic Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5). */
export function eigenOfSymmetric(matrix: Float64Array, size: number): SymmetricEigen {
  const a = matrix.slice();
  const vectors = new Float64Array(size * size);
  for (let i = 0; i < size; i++) vectors[i * size + i] = 1;
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let rotated = false;
    for (let p = 0; p < size; p++)
      for (let q = p + 1; q < size; q++) if (rotate(a, vectors, size, p, q)) rotated = true;
    if (!rotated) break;
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  return {
    values: Float64Array.from(order, (i) => a[i * size + i]!),
    vectors: Float64Array.from(vectors, (_, at) => vectors[at - (at % size) + order[at % size]!]!),
  };
}

/** Makes entry (p, q) zero. @returns false where it already is, up to rounding */
function rotate(a: Float64Array, vectors: Float64Array, size: number, p: number, q: number): boolean {
  const entry = a[p * size + q]!;
  const atP = a[p * size + p]!;
  const atQ = a[q * size + q]!;
  if (Math.abs(entry) <= Number.EPSILON * Math.sqrt(Math.abs(atP * atQ)) || entry === 0) return false;
  const theta = (atQ - atP) / (2 * entry);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const cosine = 1 / Math.sqrt(tangent * tangent + 1);
  const sine = tangent * cosine;
  const mix = (values: Float64Array, i: number, j: number) => {
    const x = values[i]!;
    const y = values[j]!;
    values[i] = cosine * x - sine * y;
    values[j] = sine * x + cosine * y;
  };
  for (let k = 0; k < size; k++) mix(a, k * size + p, k * size + q);
  for (let k = 0; k < size; k++) mix(a, p * size + k, q * size + k);
  for (let k = 0; k < size; k++) mix(vectors, k * size + p, k * size + q);
  return true;
}
