import { ChevronDown, ChevronUp } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLibrary } from '../../stores/library.ts';
import { useModel } from '../../stores/model.ts';
import { Tip } from '../../ui/tooltip.tsx';
import { ModelLine } from './model-line.tsx';
import { type ModelRow, type SortKey, type SortOrder, sortRows, splitRows } from './model-rows.ts';
import './model-table.css';

interface Column {
  readonly key: SortKey;
  readonly text: string;
  readonly tip: string;
  /** Where a first click leads: the most accurate, or the smallest, first. */
  readonly descendsFirst: boolean;
}

const COLUMNS: readonly Column[] = [
  {
    key: 'top1',
    text: 'Top-1',
    tip: 'ImageNet-1k validation pictures whose class comes first, in percent; published weights, measured by CvT-TensorFlow',
    descendsFirst: true,
  },
  {
    key: 'top5',
    text: 'Top-5',
    tip: 'ImageNet-1k validation pictures whose class is among the first five, in percent',
    descendsFirst: true,
  },
  { key: 'parameters', text: 'Params', tip: 'Parameters, counted from the architecture', descendsFirst: false },
  {
    key: 'multiplyAdds',
    text: 'GFLOPs',
    tip: 'Billions of multiply-adds for one picture, counted',
    descendsFirst: false,
  },
  { key: 'size', text: 'Size', tip: 'Of the file with the weights', descendsFirst: false },
];

/** All models, those on this machine first. */
export function ModelTable() {
  const shipped = useModel((store) => store.shipped);
  const entries = useLibrary((store) => store.snapshot?.entries);
  const [order, setOrder] = useState<SortOrder | null>(null);
  const { installed, available } = useMemo(() => splitRows(shipped, entries ?? []), [shipped, entries]);
  return (
    <table className="models-table">
      <caption className="visually-hidden">Models on this machine, and models that can be downloaded</caption>
      <thead>
        <tr>
          <th scope="col">Model</th>
          {COLUMNS.map((column) => (
            <SortHeader key={column.key} column={column} order={order} onSort={setOrder} />
          ))}
          <th scope="col">
            <span className="visually-hidden">Actions</span>
          </th>
        </tr>
      </thead>
      <Section title="Installed" rows={sortRows(installed, order)} />
      {available.length > 0 && <Section title="Available" rows={sortRows(available, order)} />}
      {!entries && (
        <tbody>
          <tr>
            <td colSpan={COLUMNS.length + 2} className="models-reading">
              Reading the library…
            </td>
          </tr>
        </tbody>
      )}
    </table>
  );
}

function Section({ title, rows }: { readonly title: string; readonly rows: readonly ModelRow[] }) {
  return (
    <tbody aria-label={title}>
      <tr className="models-section">
        <th colSpan={COLUMNS.length + 2} scope="rowgroup">
          <h2>
            {title} <span className="quiet">{rows.length}</span>
          </h2>
        </th>
      </tr>
      {rows.map((row) => (
        <ModelLine key={row.id} row={row} />
      ))}
    </tbody>
  );
}

interface SortHeaderProps {
  readonly column: Column;
  readonly order: SortOrder | null;
  readonly onSort: (order: SortOrder | null) => void;
}

/** Sorts one way, then the other, then not at all. */
function SortHeader({ column, order, onSort }: SortHeaderProps) {
  const { key, descendsFirst } = column;
  const active = order?.key === key ? order : null;
  const next = active === null ? { key, descending: descendsFirst } : flipped(active, descendsFirst);
  const Arrow = active?.descending ? ChevronDown : ChevronUp;
  return (
    <th
      scope="col"
      data-column={key}
      aria-sort={active === null ? 'none' : active.descending ? 'descending' : 'ascending'}
    >
      <Tip label={column.tip} side="top">
        <button type="button" className="sort" data-active={active !== null || undefined} onClick={() => onSort(next)}>
          {active && <Arrow size={12} aria-hidden />}
          {column.text}
        </button>
      </Tip>
    </th>
  );
}

function flipped(active: SortOrder, descendsFirst: boolean): SortOrder | null {
  return active.descending === descendsFirst ? { ...active, descending: !active.descending } : null;
}
