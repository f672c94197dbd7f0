import { CircleAlert, CirclePause, FolderOpen, ImagePlus, Images, Plus, Trash2, X } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { memo, useEffect, useRef } from 'react';
import { type TrayImage, useImages } from '../../stores/images.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { percent } from '../../ui/format.ts';
import { Tip } from '../../ui/tooltip.tsx';
import { useApp } from '../frame/app-context.ts';
import { addSamples, choosePictures } from './add-pictures.ts';
import { removeAllPictures, removePictures } from './remove-pictures.ts';
import { useTopPrediction } from './use-top-prediction.ts';
import { shortError } from './words.ts';
import './tray.css';

/** The pictures, in order of arrival; each tile shows its own state. */
export function Tray() {
  const images = useImages((state) => state.images);
  const selected = useImages((state) => state.selected);
  return (
    <aside className="tray" aria-label="Pictures">
      <header className="tray-head">
        <h2>
          Pictures <span className="quiet">{images.length > 0 && images.length}</span>
        </h2>
        {images.length > 0 && <IconButton icon={Trash2} label="Remove all pictures" onClick={removeAllPictures} />}
      </header>
      <ul className="tray-list scrolls">
        {images.map((image, at) => (
          // Without a selection the first tile is where Tab arrives.
          <Tile
            key={image.id}
            image={image}
            selected={image.id === selected}
            tabStop={selected ? image.id === selected : at === 0}
          />
        ))}
      </ul>
      <AddMenu />
    </aside>
  );
}

interface TileProps {
  readonly image: TrayImage;
  readonly selected: boolean;
  readonly tabStop: boolean;
}

/** Remembered, because each step of one picture changes the list that a thousand others stand in. */
const Tile = memo(function Tile({ image, selected, tabStop }: TileProps) {
  const select = useImages((state) => state.select);
  const button = useRef<HTMLButtonElement>(null);
  const description = useDescription(image);

  // The arrows move the selection; the focus follows where it was in the tray already.
  useEffect(() => {
    if (!selected) return;
    button.current?.scrollIntoView({ block: 'nearest' });
    if (document.activeElement?.closest('.tray-list')) button.current?.focus();
  }, [selected]);

  return (
    <li className="tile" data-status={image.status.kind} data-selected={selected || undefined}>
      <Tip label={description} side="right">
        <button
          ref={button}
          type="button"
          className="tile-button"
          tabIndex={tabStop ? 0 : -1}
          aria-current={selected || undefined}
          aria-label={description}
          onClick={() => select(image.id)}
        >
          {image.thumbnail && <img src={image.thumbnail} alt="" draggable={false} />}
          <Badge image={image} />
        </button>
      </Tip>
      <button
        type="button"
        className="tile-remove"
        tabIndex={-1}
        aria-label={`Remove ${image.name}`}
        onClick={() => removePictures([image.id])}
      >
        <X size={12} aria-hidden />
      </button>
    </li>
  );
});

function Badge({ image }: { readonly image: TrayImage }) {
  const top = useTopPrediction(image);
  switch (image.status.kind) {
    case 'loading':
    case 'queued':
      return <span className="tile-badge tile-dot" />;
    case 'running':
      return <span className="tile-badge tile-spinner" />;
    case 'stopped':
      return <CirclePause className="tile-badge" size={16} aria-hidden />;
    case 'error':
      return (
        <span className="tile-error">
          <CircleAlert size={16} aria-hidden />
          <span>{shortError(image.status.error)}</span>
        </span>
      );
    case 'done':
      return top && <span className="tile-label">{top.label}</span>;
  }
}

/** All there is to know about a tile, in one line. */
function useDescription(image: TrayImage): string {
  const top = useTopPrediction(image);
  const { status, name } = image;
  switch (status.kind) {
    case 'loading':
      return `${name}: reading…`;
    case 'queued':
      return `${name}: waiting`;
    case 'running':
      return `${name}: running…`;
    case 'stopped':
      return `${name}: stopped`;
    case 'error':
      return status.error.message;
    case 'done':
      return top ? `${name}: ${top.label}, ${percent(top.probability)}` : name;
  }
}

function AddMenu() {
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
}
