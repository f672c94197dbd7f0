import { mapOverlap, type PlacedMap } from './map-overlap.ts';

/**
 * Pearson's correlation of two maps over the picture's pixels that both networks see, every pixel having the value of the tile
 * that its middle lies on. −1 to 1; null where no pixel is seen by both, or a map is the same all over.
 * @throws RangeError where the maps are of pictures of different sizes
 */
export function mapCorrelation(a: PlacedMap, b: PlacedMap): number | null {
  const { rows, cols } = mapOverlap(a.place, b.place);
  const [widthA, widthB] = [a.place.geometry.cols.count, b.place.geometry.cols.count];
  const each = (visit: (x: number, y: number, pixels: number) => void) => {
    for (const row of rows)
      for (const col of cols)
        visit(a.cells[row.a * widthA + col.a]!, b.cells[row.b * widthB + col.b]!, row.count * col.count);
  };
  let total = 0;
  let sumA = 0;
  let sumB = 0;
  each((x, y, pixels) => {
    total += pixels;
    sumA += pixels * x;
    sumB += pixels * y;
  });
  if (total === 0) return null;
  // A second walk: the values of a map differ by little against their size.
  const [meanA, meanB] = [sumA / total, sumB / total];
  let variance = 0;
  let other = 0;
  let covariance = 0;
  each((x, y, pixels) => {
    variance += pixels * (x - meanA) ** 2;
    other += pixels * (y - meanB) ** 2;
    covariance += pixels * (x - meanA) * (y - meanB);
  });
  if (isFlat(variance, meanA, total) || isFlat(other, meanB, total)) return null;
  return Math.min(1, Math.max(-1, covariance / Math.sqrt(variance * other)));
}

/** What rounding alone leaves of a map that is the same everywhere. */
function isFlat(variance: number, mean: number, total: number): boolean {
  return variance <= total * (1e-12 * mean) ** 2;
}
