export { mapValue as value } from '../../models/drawing/numbers.ts';

/** Numbers as the whole app writes them. A narrow no-break space stands before a unit. */
const THIN = '\u202f';

/** A probability (0–1) as a percentage with one decimal; what would round to nothing or to all is bounded instead. */
export function percent(probability: number): string {
  if (probability > 0 && probability < 0.0005) return `<${THIN}0.1${THIN}%`;
  if (probability < 1 && probability > 0.9995) return `>${THIN}99.9${THIN}%`;
  return `${(probability * 100).toFixed(1)}${THIN}%`;
}

/** Milliseconds below a second, seconds above. */
export function duration(ms: number): string {
  if (ms >= 1000) return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)}${THIN}s`;
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)}${THIN}ms`;
}

/** Bytes in MB (10⁶), as downloads are counted. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)}${THIN}MB`;
}

/** What has arrived of a whole, the unit written once: `34.2 of 80.2 MB`; without a known total `34.2 MB`. */
export function megabytesOf(done: number, total: number | null): string {
  return total === null ? megabytes(done) : `${(done / 1e6).toFixed(1)} of ${megabytes(total)}`;
}

/** Time that is still to pass, as coarse as it is uncertain. */
export function timeLeft(seconds: number): string {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))}${THIN}s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes}${THIN}min` : `${Math.floor(minutes / 60)}${THIN}h ${minutes % 60}${THIN}min`;
}

/** A whole number with separated thousands. */
export function whole(count: number): string {
  return count.toLocaleString('en-US').replaceAll(',', THIN);
}

/** A large count in words of thousand, million, billion: `986.7 k`, `4.57 G`. */
export function magnitude(count: number): string {
  const steps: readonly (readonly [number, string])[] = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  const step = steps.find(([size]) => count >= size);
  return step ? `${(count / step[0]).toPrecision(3)}${THIN}${step[1]}` : String(count);
}

/** A grid, short: `56²` where it is square, else columns × rows. */
export function gridSizeShort(grid: { readonly rows: number; readonly cols: number }): string {
  return grid.rows === grid.cols ? `${grid.rows}²` : gridSize(grid);
}

/** A grid or an image, columns × rows as pictures are written: `56×56`. */
export function gridSize(grid: { readonly rows: number; readonly cols: number }): string {
  return `${grid.cols}×${grid.rows}`;
}
