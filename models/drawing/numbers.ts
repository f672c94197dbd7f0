/** A map's value with three significant digits: `0`, `0.0312`, `−2.31`, `1.2e-5`, `1240`. */
export function mapValue(number: number): string {
  const size = Math.abs(number);
  const sign = number < 0 ? '\u2212' : '';
  if (size === 0) return '0';
  if (size < 1e-4) return sign + size.toExponential(1);
  return sign + (size < 999.5 ? size.toPrecision(3) : size.toFixed(0));
}
