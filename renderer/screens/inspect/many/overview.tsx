import { ArrowLeft, Download, RotateCcw, Trash2 } from 'lucide-react';
import { type KeyboardEvent, type MouseEvent, useCallback, useRef, useState } from 'react';
import type { PictureRow } from '../../../results/picture-filter.ts';
import { useOverviewRows } from '../../../results/shown-rows.ts';
import { useImages } from '../../../stores/images.ts';
import { useNotices } from '../../../stores/notices.ts';
import { useOverview } from '../../../stores/overview.ts';
import { Button } from '../../../ui/button.tsx';
import { whole } from '../../../ui/format.ts';
import { VirtualGrid } from '../../../ui/virtual-grid.tsx';
import { useApp } from '../../frame/app-context.ts';
import { removePictures } from '../remove-pictures.ts';
import { Cell } from './cell.tsx';
import { EarlierBanner } from './earlier-banner.tsx';
import { FilterControls } from './filter-controls.tsx';
import { moveIn, rangeBetween, toggled } from './marking.ts';
import { ResultsItems, ResultsMenu } from './results-menu.tsx';
import './overview.css';

const CELL = { narrowest: 112, words: 42 };
const LINE = { narrowest: 560, height: 52 };

/** All pictures at once with what the model says of each, in place of the one that is looked at. */
export function Overview() {
  const { queue } = useApp();
  const { source, filter, order, marked, mark, show } = useOverview();
  const { all, shown } = useOverviewRows();
  const selected = useImages((state) => state.selected);
  const [place, setPlace] = useState({ id: source === 'tray' ? selected : null, filter, order });
  // Another filter or order is looked at from its beginning.
  const current = place.filter === filter && place.order === order ? place.id : null;
  /** Where a range that Shift draws begins. */
  const anchor = useRef<string | null>(current);
  const asLines = filter.state === 'failed';
  const at = Math.max(
    0,
    shown.findIndex(({ id }) => id === current),
  );

  const go = useCallback(
    (row: PictureRow, extend: boolean, toggle: boolean) => {
      setPlace({ id: row.id, filter, order });
      if (source === 'tray') useImages.getState().select(row.id);
      if (extend) return mark(rangeBetween(shown, anchor.current, row.id));
      anchor.current = row.id;
      mark(toggle ? toggled(useOverview.getState().marked, row.id) : [row.id]);
    },
    [shown, source, filter, order, mark],
  );
  const onPress = useCallback(
    (row: PictureRow, event: MouseEvent) => go(row, event.shiftKey, event.ctrlKey || event.metaKey),
    [go],
  );
  const onOpen = useCallback(
    (row: PictureRow) => {
      if (source === 'earlier')
        return useNotices
          .getState()
          .show(`${row.path}: only its result was kept. Drop the folder again to look into the picture.`);
      useImages.getState().select(row.id);
      show(false);
    },
    [source, show],
  );
  const removeMarked = () => {
    removePictures(marked.size > 0 ? shown.filter(({ id }) => marked.has(id)).map(({ id }) => id) : []);
    mark([]);
  };
  const onKeyDown = (event: KeyboardEvent, columns: number) => {
    const row = shown[at];
    const next = moveIn(shown.length, at, event.key, columns);
    if (next !== null) go(shown[next]!, event.shiftKey, false);
    else if (event.key === 'Enter' && row) onOpen(row);
    else if (event.key === 'a' && (event.ctrlKey || event.metaKey)) mark(shown.map(({ id }) => id));
    else if (event.key === 'Delete' && source === 'tray') removeMarked();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <section className="overview" aria-label="Overview">
      <header className="overview-head">
        <Button icon={ArrowLeft} onClick={() => show(false)}>
          {source === 'tray' ? 'Back to the picture' : 'Back'}
        </Button>
        <h2>
          {shown.length === all.length ? whole(all.length) : `${whole(shown.length)} of ${whole(all.length)}`}{' '}
          {source === 'tray' ? 'pictures' : 'results of the last session'}
        </h2>
        <div className="overview-actions">
          {asLines && shown.length > 0 && (
            <Button icon={RotateCcw} onClick={() => queue.retry('error')}>
              Try all failed again
            </Button>
          )}
          {marked.size > 1 && source === 'tray' && (
            <Button icon={Trash2} onClick={removeMarked}>
              Remove {whole(marked.size)}
            </Button>
          )}
          <ResultsMenu trigger={<Button icon={Download}>Export</Button>}>
            <ResultsItems rows={shown} />
          </ResultsMenu>
        </div>
      </header>
      {source === 'earlier' && <EarlierBanner />}
      <div className="overview-bar">
        <FilterControls rows={all} />
      </div>
      {shown.length === 0 && (
        <p className="overview-none">{all.length === 0 ? 'No pictures.' : 'None passes the filter.'}</p>
      )}
      <VirtualGrid
        key={JSON.stringify([filter, order])}
        current={at}
        className="overview-grid"
        label={asLines ? 'Failed pictures' : 'All pictures'}
        role="listbox"
        items={shown}
        keyOf={keyOf}
        minWidth={asLines ? LINE.narrowest : CELL.narrowest}
        heightOf={asLines ? lineHeight : cellHeight}
        gap={asLines ? 4 : 12}
        padding={16}
        onKeyDown={onKeyDown}
        render={(row, place) => (
          <Cell
            row={row}
            isMarked={marked.has(row.id)}
            isCurrent={place === at}
            asLine={asLines}
            onPress={onPress}
            onOpen={onOpen}
          />
        )}
      />
    </section>
  );
}

const keyOf = ({ id }: PictureRow) => id;
const cellHeight = (width: number) => width + CELL.words;
const lineHeight = () => LINE.height;
