import { useColumnMaps } from '../../stores/column-maps.ts';
import type { Column } from '../../stores/compare.ts';
import { columnLetter, columnState, useCompare } from '../../stores/compare.ts';
import type { TrayImage } from '../../stores/images.ts';
import { Latency } from '../inspect/latency.tsx';
import { ColumnAnswer } from './column-answer.tsx';
import { ColumnFacts } from './column-facts.tsx';
import { ColumnHead } from './column-head.tsx';
import { ColumnPicture } from './column-picture.tsx';
import { ColumnReadout } from './column-readout.tsx';
import './column.css';

interface CompareColumnProps {
  readonly column: Column;
  /** From 0, of `count`. */
  readonly at: number;
  readonly count: number;
  readonly image: TrayImage;
}

/** One network's part: what it is, where it looked, what it says, and what that took. */
export function CompareColumn({ column, at, count, image }: CompareColumnProps) {
  const state = useCompare((all) => columnState(all, column.id));
  const isReference = useCompare(({ reference }) => reference === column.id);
  const map = useColumnMaps((maps) => maps[column.id] ?? null);
  const done = state.kind === 'done' ? state : null;
  return (
    <li
      className="compare-column"
      aria-label={`Column ${columnLetter(at)}`}
      data-column={columnLetter(at)}
      data-state={state.kind}
      data-reference={isReference || undefined}
    >
      <ColumnHead column={column} at={at} count={count} entry={done?.entry ?? null} isReference={isReference} />
      <ColumnPicture column={column} at={at} image={image} state={state} map={done && map} />
      <ColumnReadout map={done && map} />
      <div className="column-said">
        <ColumnAnswer done={done} />
        <Latency analysis={done?.analysis ?? null} />
        <ColumnFacts done={done} />
      </div>
    </li>
  );
}
