import { ChevronDown, ChevronUp } from 'lucide-react';
import { useMemo, useState } from 'react';
import { percent, whole } from '../../ui/format.ts';
import { type ClassOrder, type ClassRow, classRows, FIRST_ORDER, sortClasses } from './class-rows.ts';
import { ShareBar } from './share-bar.tsx';
import type { TitledReport } from './summary-table.tsx';
import { useRowWindow } from './use-row-window.ts';
import { classText, intervalText } from './words.ts';

/** More rows than this are drawn only where they are looked at. */
const ALL_DRAWN = 200;
const ROW_HEIGHT = 30;

/** Every class that has pictures, with each model's scores side by side. */
export function ClassTable({ reports }: { readonly reports: readonly TitledReport[] }) {
  const [order, setOrder] = useState<ClassOrder>(FIRST_ORDER);
  const rows = useMemo(() => classRows(reports.map(({ report }) => report)), [reports]);
  const sorted = useMemo(() => sortClasses(rows, order), [rows, order]);
  const { view, onScroll, first, last } = useRowWindow(sorted.length, ROW_HEIGHT, sorted.length > ALL_DRAWN);
  // Numbers of several models stand side by side better without.
  const withBars = reports.length === 1;
  const header = { order, onOrder: setOrder };
  return (
    <>
      <h3>
        Classes <span className="quiet">{whole(rows.length)}</span>
      </h3>
      <div ref={view} className="class-scroll scrolls" onScroll={onScroll}>
        <table className="classes" aria-rowcount={sorted.length + 1}>
          <thead>
            <tr>
              <SortHead {...header} by="name" model={0} text="Class" />
              <SortHead {...header} by="index" model={0} text="Index" />
              <SortHead {...header} by="count" model={0} text="Pictures" />
              {reports.map(({ title, report }, model) => (
                <SortHead
                  key={`1 ${report.model.id}`}
                  {...header}
                  by="top1"
                  model={model}
                  text={reports.length > 1 ? `Top-1, ${title}` : 'Top-1'}
                  span={withBars ? 2 : 1}
                />
              ))}
              {reports.map(({ title, report }, model) => (
                <SortHead
                  key={`5 ${report.model.id}`}
                  {...header}
                  by="top5"
                  model={model}
                  text={reports.length > 1 ? `Top-5, ${title}` : 'Top-5'}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {first > 0 && <Gap rows={first} />}
            {sorted.slice(first, last).map((row, offset) => (
              <Row key={row.key} row={row} at={first + offset} withBars={withBars} />
            ))}
            {last < sorted.length && <Gap rows={sorted.length - last} />}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Gap({ rows }: { readonly rows: number }) {
  return (
    <tr aria-hidden>
      <td colSpan={99} style={{ height: rows * ROW_HEIGHT, padding: 0, border: 0 }} />
    </tr>
  );
}

interface RowProps {
  readonly row: ClassRow;
  readonly at: number;
  readonly withBars: boolean;
}

function Row({ row, at, withBars }: RowProps) {
  const name = classText(row);
  return (
    <tr aria-rowindex={at + 2}>
      <th scope="row" title={name}>
        {name}
      </th>
      <td>{row.index}</td>
      <td>{whole(row.count)}</td>
      {row.scores.map((score, model) => [
        // biome-ignore lint/suspicious/noArrayIndexKey: models keep their places
        <td key={`1 ${model}`} title={score ? intervalText(score.top1) : undefined}>
          {score ? percent(score.top1.value) : '–'}
        </td>,
        withBars && (
          <td key="bar" className="class-bar">
            {score && <ShareBar share={score.top1} />}
          </td>
        ),
      ])}
      {row.scores.map((score, model) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: models keep their places
        <td key={`5 ${model}`}>{score ? percent(score.top5.value) : '–'}</td>
      ))}
    </tr>
  );
}

interface SortHeadProps {
  readonly order: ClassOrder;
  readonly onOrder: (order: ClassOrder) => void;
  readonly by: ClassOrder['by'];
  readonly model: number;
  readonly text: string;
  readonly span?: number;
}

/** Sorts one way, then the other. */
function SortHead({ order, onOrder, by, model, text, span = 1 }: SortHeadProps) {
  const isActive = order.by === by && order.model === model;
  const Arrow = order.descending ? ChevronDown : ChevronUp;
  const next = { by, model, descending: isActive ? !order.descending : by === 'count' };
  return (
    <th scope="col" colSpan={span} aria-sort={!isActive ? 'none' : order.descending ? 'descending' : 'ascending'}>
      <button type="button" className="sort" data-active={isActive || undefined} onClick={() => onOrder(next)}>
        {isActive && <Arrow size={12} aria-hidden />}
        {text}
      </button>
    </th>
  );
}
