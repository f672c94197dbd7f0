import type { ProjectionKind, ProjectionStudy } from '../../../../models/attention/projection-study.ts';

export type Kernels = NonNullable<ProjectionStudy['kernels']>;
export type KernelOrder = 'norm' | 'channel';

/** The weights of one channel, row-major; a view. */
export function kernelOf(kernels: Float32Array, kernelSize: number, channel: number): Float32Array {
  const area = kernelSize * kernelSize;
  return kernels.subarray(channel * area, (channel + 1) * area);
}

/** [channels]: Euclidean length of each kernel. */
export function kernelNorms(kernels: Float32Array, kernelSize: number): Float32Array {
  const area = kernelSize * kernelSize;
  const norms = new Float32Array(kernels.length / area);
  for (let channel = 0; channel < norms.length; channel += 1)
    norms[channel] = Math.hypot(...kernels.subarray(channel * area, (channel + 1) * area));
  return norms;
}

/** Channels in the order shown: the longest kernel first, or as the network counts them. */
export function channelOrder(norms: Float32Array, order: KernelOrder): readonly number[] {
  const channels = Array.from(norms.keys());
  return order === 'channel' ? channels : channels.sort((a, b) => norms[b]! - norms[a]! || a - b);
}

/** The largest magnitude among all weights of q, k and v: the end of the one scale that they share. */
export function largestWeight(kernels: Kernels): number {
  let largest = 0;
  for (const kind of KINDS) for (const weight of kernels[kind]) largest = Math.max(largest, Math.abs(weight));
  return largest;
}

export const KINDS: readonly ProjectionKind[] = ['q', 'k', 'v'];

/** Small multiples of kernels in a room that scrolls; CSS pixels. */
export interface KernelGrid {
  readonly columns: number;
  readonly rows: number;
  /** Of one weight. */
  readonly cell: number;
  /** From one kernel to the next. */
  readonly pitch: number;
  /** Of all rows. */
  readonly height: number;
}

/** About the side of one kernel. */
const KERNEL_SIDE = 24;
export const KERNEL_GAP = 4;

export function kernelGrid(count: number, kernelSize: number, width: number): KernelGrid {
  const cell = Math.max(3, Math.floor(KERNEL_SIDE / kernelSize));
  const pitch = cell * kernelSize + KERNEL_GAP;
  const columns = Math.max(1, Math.floor((width + KERNEL_GAP) / pitch));
  const rows = Math.ceil(count / columns);
  return { columns, rows, cell, pitch, height: rows * pitch - KERNEL_GAP };
}

/** The places in the order that lie between `top` and `top + height`, the last one excluded. */
export function visibleKernels(
  { columns, pitch }: KernelGrid,
  count: number,
  top: number,
  height: number,
): readonly [first: number, end: number] {
  const first = Math.max(0, Math.floor(top / pitch)) * columns;
  const end = Math.ceil((top + height) / pitch) * columns;
  return [Math.min(first, count), Math.min(end, count)];
}

/** Where a key takes the choice along the small multiples; null where it is none of their keys. */
export function moveKernel(key: string, from: number, { columns }: KernelGrid, count: number): number | null {
  const to = (place: number) => Math.min(count - 1, Math.max(0, place));
  switch (key) {
    case 'ArrowLeft':
      return to(from - 1);
    case 'ArrowRight':
      return to(from + 1);
    case 'ArrowUp':
      return from >= columns ? from - columns : from;
    case 'ArrowDown':
      return from + columns < count ? from + columns : from;
    case 'PageUp':
      return to(from - 5 * columns);
    case 'PageDown':
      return to(from + 5 * columns);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return null;
  }
}
