import { type KeyboardEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { useElementSize } from './hooks/use-element-size.ts';

interface VirtualGridProps<Item> {
  readonly items: readonly Item[];
  readonly keyOf: (item: Item) => string;
  readonly label: string;
  readonly className: string;
  /** Narrowest a cell may be, in CSS pixels; as many columns as fit share the width. */
  readonly minWidth: number;
  /** Height of a cell that is `width` wide. */
  readonly heightOf: (width: number) => number;
  readonly gap: number;
  readonly padding: number;
  readonly render: (item: Item, at: number) => ReactNode;
  readonly onKeyDown?: (event: KeyboardEvent, columns: number) => void;
  /** The item to keep in view; it is brought there when it becomes another one, and when the grid is laid out anew. */
  readonly current: number;
  readonly role?: 'list' | 'listbox';
}

/** Rows above and below the view that are drawn too, so that a turn of the wheel meets no blanks. */
const OVERSCAN_ROWS = 2;

const LISTBOX = { role: 'listbox', 'aria-multiselectable': true } as const;

/** A grid of equal cells of which only those near the view exist. */
export function VirtualGrid<Item>(props: VirtualGridProps<Item>) {
  const { items, keyOf, label, className, minWidth, heightOf, gap, padding, render, onKeyDown, current, role } = props;
  const view = useRef<HTMLDivElement>(null);
  const size = useElementSize(view);
  const [top, setTop] = useState(0);

  const inner = Math.max(minWidth, (view.current?.clientWidth ?? size.width) - 2 * padding);
  const columns = Math.max(1, Math.floor((inner + gap) / (minWidth + gap)));
  const width = (inner - gap * (columns - 1)) / columns;
  const height = heightOf(width);
  const pitch = height + gap;
  const rows = Math.ceil(items.length / columns);
  const whole = rows === 0 ? 0 : rows * pitch - gap + 2 * padding;
  // A list that became shorter scrolls back by itself, but only after it was drawn.
  const scrolled = Math.min(top, Math.max(0, whole - size.height));
  const first = Math.max(0, Math.floor((scrolled - padding) / pitch) - OVERSCAN_ROWS);
  const last = Math.min(rows, Math.ceil((scrolled + size.height - padding) / pitch) + OVERSCAN_ROWS);
  const drawn = items.slice(first * columns, last * columns);

  const isLaidOut = size.height > 0;
  useEffect(() => {
    const element = view.current;
    if (!element || current < 0 || !isLaidOut) return;
    const from = padding + Math.floor(current / columns) * pitch;
    if (from - padding < element.scrollTop) element.scrollTop = from - padding;
    else if (from + height + padding > element.scrollTop + element.clientHeight)
      element.scrollTop = from + height + padding - element.clientHeight;
  }, [current, columns, padding, pitch, height, isLaidOut]);
  useEffect(() => {
    if (view.current && view.current.scrollTop !== top) setTop(view.current.scrollTop);
  }, [top]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys belong to the cells, which hold the focus
    <div
      ref={view}
      className={`${className} scrolls virtual-grid`}
      onScroll={(event) => setTop(event.currentTarget.scrollTop)}
      onKeyDown={onKeyDown && ((event) => onKeyDown(event, columns))}
    >
      <ul aria-label={label} {...(role === 'listbox' && LISTBOX)} style={{ height: whole }}>
        {drawn.map((item, offset) => {
          const at = first * columns + offset;
          const x = padding + (at % columns) * (width + gap);
          const y = padding + Math.floor(at / columns) * pitch;
          return (
            <li
              key={keyOf(item)}
              role={role === 'listbox' ? 'presentation' : undefined}
              aria-setsize={items.length}
              aria-posinset={at + 1}
              style={{ width, height, transform: `translate(${x}px, ${y}px)` }}
            >
              {render(item, at)}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
