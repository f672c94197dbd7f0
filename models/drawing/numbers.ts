/** A map's value with three significant digits: `0`, `0.0312`, `2.31`, `1.2e-5`, `1240`. */
export function mapValue(number: number): string {
  const size = Math.abs(number);
  if (size === 0) return '0';
  if (size < 1e-4) return number.toExponential(1);
  return size < 999.5 ? number.toPrecision(3) : number.toFixed(0);
}
