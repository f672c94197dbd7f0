import { type KeyboardEvent, type PointerEvent, useEffect, useId, useRef, useState } from 'react';
import { type ColorTable, colorAt } from '../../../../models/drawing/color-maps.ts';
import { value } from '../../../ui/format.ts';
import { useCanvas } from '../../../ui/hooks/use-canvas.ts';
import { useElementSize } from '../../../ui/hooks/use-element-size.ts';
import { KERNEL_GAP, type KernelGrid, kernelGrid, kernelOf, moveKernel, visibleKernels } from './kernels.ts';

interface KernelSheetProps {
  /** `q`, for its name. */
  readonly kind: string;
  /** [channels, kernelSize, kernelSize] */
  readonly kernels: Float32Array;
  readonly kernelSize: number;
  readonly norms: Float32Array;
  /** Channels in the order shown. */
  readonly order: readonly number[];
  readonly channel: number;
  /** The weight at the colours' end. */
  readonly largest: number;
  readonly table: ColorTable;
  readonly onChoose: (channel: number) => void;
}

/** All channels' kernels as small multiples; only those in sight are drawn, so that a thousand cost as little as forty. */
export function KernelSheet(props: KernelSheetProps) {
  const { kind, kernels, kernelSize, norms, order, channel, largest, table, onChoose } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [top, setTop] = useState(0);
  const { width, height } = useElementSize(scroller);
  const id = useId();
  const grid = kernelGrid(order.length, kernelSize, width);
  const place = Math.max(0, order.indexOf(channel));

  useCanvas(canvas, width, height, (context, density) => {
    const [first, end] = visibleKernels(grid, order.length, top, height);
    for (let index = first; index < end; index += 1) {
      const each = order[index]!;
      const corner = cornerOf(grid, index);
      const box = { x: corner.x * density, y: (corner.y - top) * density, cell: grid.cell * density };
      paintKernel(context, kernelOf(kernels, kernelSize, each), kernelSize, box, largest, table);
      if (each !== channel) continue;
      const side = grid.cell * kernelSize * density;
      context.lineWidth = 2 * density;
      context.strokeStyle = getComputedStyle(context.canvas).color;
      context.strokeRect(box.x - density, box.y - density, side + 2 * density, side + 2 * density);
    }
  });

  // Another order brings the chosen kernel elsewhere.
  const { columns, pitch } = grid;
  useEffect(() => {
    const target = scroller.current;
    if (!target) return;
    const y = Math.floor(place / columns) * pitch;
    if (y < target.scrollTop) target.scrollTop = y;
    else if (y + pitch > target.scrollTop + target.clientHeight) target.scrollTop = y + pitch - target.clientHeight;
  }, [place, columns, pitch]);

  const onKeyDown = (event: KeyboardEvent) => {
    const next = moveKernel(event.key, place, grid, order.length);
    if (next === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onChoose(order[next]!);
  };
  const onPointerDown = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    const col = Math.floor((event.clientX - box.left) / grid.pitch);
    const row = Math.floor((event.clientY - box.top + top) / grid.pitch);
    const at = row * grid.columns + col;
    if (col < grid.columns && at >= 0 && at < order.length) onChoose(order[at]!);
  };

  return (
    <div
      ref={scroller}
      className="kernel-sheet scrolls"
      role="listbox"
      tabIndex={0}
      aria-label={`Kernels of ${kind}, ${order.length} channels`}
      aria-activedescendant={`${id}-active`}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown}
    >
      <div className="kernel-rows" style={{ height: grid.height }}>
        <canvas
          ref={canvas}
          className="kernel-canvas"
          aria-hidden
          style={{ width, height }}
          onPointerDown={onPointerDown}
        />
      </div>
      {/* biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus and names this one as active */}
      <span
        id={`${id}-active`}
        className="visually-hidden"
        role="option"
        aria-selected
        aria-posinset={place + 1}
        aria-setsize={order.length}
      >
        channel {channel}, norm {value(norms[channel] ?? 0)}
      </span>
    </div>
  );
}

function cornerOf({ columns, pitch }: KernelGrid, index: number) {
  return { x: (index % columns) * pitch + KERNEL_GAP / 2, y: Math.floor(index / columns) * pitch + KERNEL_GAP / 2 };
}

function paintKernel(
  context: CanvasRenderingContext2D,
  weights: Float32Array,
  size: number,
  { x, y, cell }: { readonly x: number; readonly y: number; readonly cell: number },
  largest: number,
  table: ColorTable,
): void {
  const edge = (start: number, index: number) => Math.round(start + index * cell);
  for (let row = 0; row < size; row += 1)
    for (let col = 0; col < size; col += 1) {
      context.fillStyle = weightColor(weights[row * size + col]!, largest, table);
      context.fillRect(edge(x, col), edge(y, row), edge(x, col + 1) - edge(x, col), edge(y, row + 1) - edge(y, row));
    }
}

/** On a scale of ±largest. */
export function weightColor(weight: number, largest: number, table: ColorTable): string {
  return colorAt(table, largest > 0 ? Math.min(1, Math.max(0, 0.5 + weight / (2 * largest))) : 0.5);
}
