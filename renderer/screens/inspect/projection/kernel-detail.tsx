// biome-ignore-all lint/suspicious/noArrayIndexKey: a weight is its place
import type { ColorTable } from '../../../../models/drawing/color-maps.ts';
import { weightColor } from './kernel-sheet.tsx';
import { type Kernels, KINDS, kernelOf } from './kernels.ts';

interface KernelDetailProps {
  readonly kernels: Kernels;
  readonly kernelSize: number;
  readonly channel: number;
  readonly largest: number;
  readonly table: ColorTable;
}

/** One channel's kernels for q, k and v, with their numbers. */
export function KernelDetail({ kernels, kernelSize, channel, largest, table }: KernelDetailProps) {
  return (
    <div className="kernel-detail" data-testid="kernel-detail">
      {KINDS.map((kind) => (
        <table key={kind}>
          <caption>{kind}</caption>
          <tbody>
            {Array.from({ length: kernelSize }, (_, row) => (
              <tr key={row}>
                {[
                  ...kernelOf(kernels[kind], kernelSize, channel).subarray(row * kernelSize, (row + 1) * kernelSize),
                ].map((weight, col) => (
                  <td
                    key={col}
                    title={String(weight)}
                    style={{ background: weightColor(weight, largest, table), color: inkOn(weight, largest) }}
                  >
                    {weightText(weight)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

/** Diverging maps are pale in the middle and dark at both ends. */
function inkOn(weight: number, largest: number): string {
  return Math.abs(weight) > 0.62 * largest ? '#ffffff' : '#1a1b1d';
}

/** Two digits: three of them run into the next cell in a narrow panel. */
function weightText(weight: number): string {
  const size = Math.abs(weight);
  const text = (size < 0.1 ? size.toFixed(2) : String(Number(size.toPrecision(2)))).replace(/^0\./, '.');
  return weight < 0 && Number(text) !== 0 ? `−${text}` : text;
}
