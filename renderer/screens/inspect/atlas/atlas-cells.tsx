// biome-ignore-all lint/a11y/useSemanticElements: the maps lie on one canvas; an ARIA grid names them, a table would draw them
// biome-ignore-all lint/a11y/useFocusableInteractive: of the grid's parts only the cells take the focus
import { type KeyboardEvent, memo, type PointerEvent, useEffect, useRef, useState } from 'react';
import { useView } from '../../../stores/view.ts';
import { type AtlasLayout, mapCorner, moveFocus } from './atlas-layout.ts';
import type { AtlasEntry, AtlasOrder } from './atlas-maps.ts';
import { captionOf, entryName } from './atlas-words.ts';

interface AtlasCellsProps {
  /** In the order shown. */
  readonly entries: readonly AtlasEntry[];
  readonly order: AtlasOrder;
  readonly layout: AtlasLayout;
  /** Index from 0. */
  readonly stage: number;
  /** Of the map under the pointer or with the focus; null: none. */
  readonly onHover: (index: number | null) => void;
  readonly onOpen: (index: number) => void;
}

/** Over the drawn maps: a grid of transparent cells that can be pointed at, walked with the arrow keys and opened. */
export const AtlasCells = memo(function AtlasCells(props: AtlasCellsProps) {
  const { entries, order, layout, stage, onHover, onOpen } = props;
  const block = useView((state) => state.blocks[stage] ?? 0);
  const head = useView((state) => state.heads[stage] ?? null);
  const current = entries.findIndex((entry) => entry.block === block && entry.head === (head ?? 0));
  const [focused, setFocused] = useState<number | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const tabStop = Math.min(focused ?? Math.max(0, current), entries.length - 1);

  // Opened by its key, the atlas is walked by keys at once; by the mouse, the ring of the focus does not show.
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the walk starts, not where it goes on
  useEffect(() => cellAt(grid.current, tabStop)?.focus({ preventScroll: true }), []);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = moveFocus(event.key, tabStop, layout.columns, entries.length);
    if (next === null) return;
    event.preventDefault();
    cellAt(grid.current, next)?.focus();
  };
  const onPointerOver = (event: PointerEvent) => onHover(indexOf(event.target));

  const rows = Array.from({ length: layout.rows }, (_, row) =>
    entries.slice(row * layout.columns, (row + 1) * layout.columns),
  );
  return (
    <div
      ref={grid}
      className="atlas-grid"
      role="grid"
      aria-label={`Heads of stage ${stage + 1}, by ${order}`}
      onKeyDown={onKeyDown}
      onPointerOver={onPointerOver}
      onPointerLeave={() => onHover(null)}
    >
      {order === 'block' && <ColumnNames layout={layout} current={layout.transposed ? block : head} />}
      {rows.map((row, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place
        <div key={at} role="row">
          {order === 'block' && <RowName layout={layout} row={at} current={layout.transposed ? head : block} />}
          {row.map((entry, col) => {
            const index = at * layout.columns + col;
            const { x, y } = mapCorner(layout, index);
            return (
              <button
                key={`${entry.block} ${entry.head}`}
                type="button"
                role="gridcell"
                className="atlas-cell"
                data-index={index}
                data-current={(entry.block === block && entry.head === head) || undefined}
                tabIndex={index === tabStop ? 0 : -1}
                aria-label={entryName(entry)}
                style={{ left: x, top: y, width: layout.mapWidth, height: layout.mapHeight }}
                onFocus={() => {
                  setFocused(index);
                  onHover(index);
                }}
                onBlur={() => onHover(null)}
                onClick={() => onOpen(index)}
              >
                {order !== 'block' && <span className="atlas-caption">{captionOf(entry, order, layout.mapWidth)}</span>}
              </button>
            );
          })}
        </div>
      ))}
    </div>
  );
});

interface NamesProps {
  readonly layout: AtlasLayout;
  /** The row or column that the large map is of; null: none. */
  readonly current: number | null;
}

function ColumnNames({ layout, current }: NamesProps) {
  const noun = layout.transposed ? 'block' : 'head';
  return (
    <div role="row" className="atlas-column-names">
      {Array.from({ length: layout.columns }, (_, column) => (
        <span
          // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place
          key={column}
          role="columnheader"
          aria-label={`${noun} ${column + 1}`}
          data-current={column === current || undefined}
          style={{ left: mapCorner(layout, column).x, top: layout.top - 18, width: layout.mapWidth }}
        >
          {layout.mapWidth > 56 ? `${noun} ${column + 1}` : `${noun[0]}${column + 1}`}
        </span>
      ))}
    </div>
  );
}

function RowName({ layout, row, current }: NamesProps & { readonly row: number }) {
  const { y } = mapCorner(layout, row * layout.columns);
  return (
    <span
      role="rowheader"
      className="atlas-row-name"
      data-current={row === current || undefined}
      aria-label={`${layout.transposed ? 'head' : 'block'} ${row + 1}`}
      style={{ left: layout.left - 30, top: y, height: layout.mapHeight }}
    >
      {layout.transposed ? 'h' : 'b'}
      {row + 1}
    </span>
  );
}

function cellAt(grid: HTMLElement | null, index: number): HTMLElement | null {
  return grid?.querySelector<HTMLElement>(`[data-index="${index}"]`) ?? null;
}

function indexOf(target: EventTarget): number | null {
  const cell = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null;
  return cell ? Number(cell.dataset.index) : null;
}
