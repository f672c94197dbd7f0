import { Plus } from 'lucide-react';
import { MOST_COLUMNS, useCompare } from '../../stores/compare.ts';
import { selectedImage, useImages } from '../../stores/images.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../inspect/empty-state.tsx';
import { Tray } from '../inspect/tray.tsx';
import { CompareBar } from './compare-bar.tsx';
import { CompareColumn } from './compare-column.tsx';
import { Summary } from './summary.tsx';
import { useCompared } from './use-compared.ts';
import './compare.css';

/** One picture through several networks, side by side, and where they disagree. */
export function CompareScreen() {
  const image = useImages(selectedImage);
  const columns = useCompare((state) => state.columns);
  const compared = useCompared();
  return (
    <div className="compare">
      <Tray />
      <main className="compare-main" aria-label="Compare">
        <CompareBar compared={compared} image={image} />
        {image ? (
          <ol className="compare-columns" data-count={columns.length} aria-label="Columns">
            {columns.map((column, at) => (
              <CompareColumn key={column.id} column={column} at={at} count={columns.length} image={image} />
            ))}
            {columns.length < MOST_COLUMNS && (
              <li className="compare-add">
                <AddColumn />
              </li>
            )}
          </ol>
        ) : (
          <EmptyState />
        )}
        {image && <Summary compared={compared} image={image} />}
      </main>
    </div>
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
