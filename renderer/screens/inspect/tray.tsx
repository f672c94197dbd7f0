import { Download, FolderOpen, History, ImagePlus, Images, LayoutGrid, ListFilter, Plus, Trash2 } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { type KeyboardEvent, memo } from 'react';
import { isFiltered, type PictureRow } from '../../results/picture-filter.ts';
import { useTrayRows } from '../../results/shown-rows.ts';
import { imageById, useImages } from '../../stores/images.ts';
import { useOverview } from '../../stores/overview.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { whole } from '../../ui/format.ts';
import { Popover } from '../../ui/popover.tsx';
import { VirtualGrid } from '../../ui/virtual-grid.tsx';
import { useApp } from '../frame/app-context.ts';
import { addSamples, choosePictures } from './add-pictures.ts';
import { FilterControls } from './many/filter-controls.tsx';
import { QueueState } from './many/queue-state.tsx';
import { ResultsItems, ResultsMenu } from './many/results-menu.tsx';
import { Tile } from './many/tile.tsx';
import { removeAllPictures } from './remove-pictures.ts';
import './tray.css';

const NARROWEST_TILE = 62;
const GAP = 8;
const PADDING = 12;

/** The pictures, in the order that was asked for; each tile shows its own state. */
export function Tray() {
  const total = useImages((state) => state.images.length);
  return (
    <aside className="tray" aria-label="Pictures">
      <header className="tray-head">
        <h2>
          Pictures <span className="quiet">{total > 0 && whole(total)}</span>
        </h2>
        {total > 0 && <IconButton icon={Trash2} label="Remove all pictures" onClick={removeAllPictures} />}
      </header>
      {total > 1 && <Tools />}
      <QueueState />
      <TileList />
      <Earlier />
      <AddMenu />
    </aside>
  );
}

const Tools = memo(function Tools() {
  const { open, source, filter, show } = useOverview();
  const filtered = isFiltered(filter);
  return (
    <>
      <div className="tray-tools">
        <IconButton
          icon={LayoutGrid}
          label="Overview"
          keys="shift+g"
          aria-pressed={open && source === 'tray'}
          onClick={() => show(!(open && source === 'tray'))}
        />
        <Popover
          label="Filter and order"
          align="start"
          trigger={<IconButton icon={ListFilter} label="Filter and order" aria-pressed={filtered} />}
        >
          <Filters />
        </Popover>
        <ResultsMenu trigger={<IconButton icon={Download} label="Export results" />}>
          <ShownResults />
        </ResultsMenu>
      </div>
      {filtered && <ShownCount />}
    </>
  );
});

function Filters() {
  return <FilterControls rows={useTrayRows().all} />;
}

function ShownResults() {
  return <ResultsItems rows={useTrayRows().shown} />;
}

function ShownCount() {
  const { all, shown } = useTrayRows();
  return (
    <p className="tray-shown">
      {whole(shown.length)} of {whole(all.length)} shown
    </p>
  );
}

function TileList() {
  const { shown } = useTrayRows();
  const selected = useImages((state) => state.selected);
  const at = shown.findIndex(({ id }) => id === selected);

  return (
    <VirtualGrid
      current={at}
      className="tray-list"
      label="Pictures"
      items={shown}
      keyOf={keyOf}
      minWidth={NARROWEST_TILE}
      heightOf={square}
      gap={GAP}
      padding={PADDING}
      onKeyDown={toEnds(shown)}
      render={(row, place) => {
        const image = imageById(row.id);
        // Without a selection in sight the first tile is where Tab arrives.
        const tabStop = at < 0 ? place === 0 : row.id === selected;
        return image && <Tile image={image} selected={row.id === selected} tabStop={tabStop} />;
      }}
    />
  );
}

const keyOf = ({ id }: PictureRow) => id;
const square = (width: number) => width;

/** Home and End; the arrows are the window's (use-actions.ts). */
function toEnds(shown: readonly PictureRow[]) {
  return (event: KeyboardEvent) => {
    const row = event.key === 'Home' ? shown[0] : event.key === 'End' ? shown.at(-1) : undefined;
    if (!row) return;
    event.preventDefault();
    useImages.getState().select(row.id);
  };
}

/** What the session before has left, as long as nothing else fills the tray. */
function Earlier() {
  const { earlier, open, source, show } = useOverview();
  const isEmpty = useImages((state) => state.images.length === 0);
  if (!earlier || !isEmpty) return null;
  const isShown = open && source === 'earlier';
  return (
    <div className="tray-earlier">
      <p>
        {whole(earlier.records.length)} {earlier.records.length === 1 ? 'result' : 'results'} from the last session
      </p>
      <Button icon={History} aria-pressed={isShown} onClick={() => show(!isShown, 'earlier')}>
        {isShown ? 'Hide' : 'Show'}
      </Button>
    </div>
  );
}

const AddMenu = memo(function AddMenu() {
  const { samples } = useApp();
  return (
    <div className="tray-add">
      <DropdownMenu.Root>
        <DropdownMenu.Trigger asChild>
          <Button icon={Plus}>Add</Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" side="top" align="start" sideOffset={6} collisionPadding={8}>
            <DropdownMenu.Item className="menu-item" onSelect={() => choosePictures('files')}>
              <ImagePlus size={16} aria-hidden />
              Pictures…
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" onSelect={() => choosePictures('folder')}>
              <FolderOpen size={16} aria-hidden />
              Folder…
            </DropdownMenu.Item>
            <DropdownMenu.Item className="menu-item" onSelect={() => void addSamples(samples)}>
              <Images size={16} aria-hidden />
              All samples
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  );
});
