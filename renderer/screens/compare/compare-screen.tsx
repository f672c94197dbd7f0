import { Plus } from 'lucide-react';
import { useRef } from 'react';
import { type Column, columnLetter, MOST_COLUMNS, useCompare } from '../../stores/compare.ts';
import { selectedImage, type TrayImage, useImages } from '../../stores/images.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorBoundary } from '../../ui/error-boundary.tsx';
import { useElementSize } from '../../ui/hooks/use-element-size.ts';
import { EmptyState } from '../inspect/empty-state.tsx';
import { GuardedTray } from '../inspect/inspect-screen.tsx';
import { CompareBar } from './compare-bar.tsx';
import { CompareColumn } from './compare-column.tsx';
import { Summary } from './summary.tsx';
import { useCompared } from './use-compared.ts';
import './compare.css';
import './roomy.css';

/** One picture through several networks, side by side, and where they disagree. */
export function CompareScreen() {
  const image = useImages(selectedImage);
  const columns = useCompare((state) => state.columns);
  const compared = useCompared();
  return (
    <div className="compare">
      <GuardedTray />
      <main className="compare-main" aria-label="Compare">
        <CompareBar compared={compared} image={image} />
        {image ? <Columns columns={columns} image={image} /> : <EmptyState />}
        {image && (
          <ErrorBoundary name="the summary" resetOn={image.id}>
            <Summary compared={compared} image={image} />
          </ErrorBoundary>
        )}
      </main>
    </div>
  );
}

/** A column at least this wide has its answer beside the picture. CSS pixels. */
const ROOMY = 370;

function Columns({ columns, image }: { readonly columns: readonly Column[]; readonly image: TrayImage }) {
  const list = useRef<HTMLOListElement>(null);
  const { width } = useElementSize(list);
  const canAdd = columns.length < MOST_COLUMNS;
  return (
    <ol
      ref={list}
      className="compare-columns"
      data-roomy={width / columns.length >= ROOMY || undefined}
      style={{ gridTemplateColumns: `repeat(${columns.length}, minmax(184px, 1fr))${canAdd ? ' 36px' : ''}` }}
      aria-label="Columns"
    >
      {columns.map((column, at) => (
        <ErrorBoundary key={column.id} name={`the column ${columnLetter(at)}`} resetOn={image.id}>
          <CompareColumn column={column} at={at} count={columns.length} image={image} />
        </ErrorBoundary>
      ))}
      {canAdd && (
        <li className="compare-add">
          <AddColumn />
        </li>
      )}
    </ol>
  );
}

/** Begins as the last column is; its head has the choice of everything else. */
function AddColumn() {
  const columns = useCompare((state) => state.columns);
  const duplicate = useCompare((state) => state.duplicate);
  const last = columns.at(-1);
  return (
    <Button
      variant="ghost"
      icon={Plus}
      aria-label="Add a column"
      title="Add a column"
      onClick={() => last && duplicate(last.id)}
    />
  );
}
