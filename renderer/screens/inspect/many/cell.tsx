import { CircleAlert, ImageOff } from 'lucide-react';
import { type MouseEvent, memo, useEffect, useRef } from 'react';
import { confidenceOf, type PictureRow } from '../../../results/picture-filter.ts';
import { imageById } from '../../../stores/images.ts';
import { percent } from '../../../ui/format.ts';
import { useStoredThumbnail, useThumbnail } from './use-thumbnail.ts';

interface CellProps {
  readonly row: PictureRow;
  readonly isMarked: boolean;
  /** Where the arrows are. */
  readonly isCurrent: boolean;
  /** In the list of failed pictures: a line with the whole reason. */
  readonly asLine: boolean;
  readonly onPress: (row: PictureRow, event: MouseEvent) => void;
  readonly onOpen: (row: PictureRow) => void;
}

/** A picture in the overview, with what the model says of it. */
export const Cell = memo(function Cell({ row, isMarked, isCurrent, asLine, onPress, onOpen }: CellProps) {
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isCurrent && document.activeElement?.closest('.overview')) button.current?.focus({ preventScroll: true });
  }, [isCurrent]);
  return (
    <button
      ref={button}
      type="button"
      role="option"
      className={asLine ? 'cell cell-line' : 'cell'}
      tabIndex={isCurrent ? 0 : -1}
      aria-selected={isMarked}
      aria-label={`${row.name}: ${wordsOf(row)}`}
      title={row.error ? undefined : row.path}
      data-state={row.state}
      onClick={(event) => onPress(row, event)}
      onDoubleClick={() => onOpen(row)}
    >
      <span className="cell-picture">
        <Picture row={row} />
      </span>
      <span className="cell-label">{asLine ? row.path : (row.result?.top[0]?.label ?? row.name)}</span>
      <span className="cell-words">{wordsUnder(row, asLine)}</span>
    </button>
  );
});

function Picture({ row }: { readonly row: PictureRow }) {
  if (row.state === 'failed') return <CircleAlert size={18} aria-hidden className="cell-failed" />;
  return imageById(row.id) ? <OfTray id={row.id} /> : <OfJournal file={row.id} />;
}

function OfTray({ id }: { readonly id: string }) {
  const url = useThumbnail(imageById(id)!);
  return url && <img src={url} alt="" draggable={false} />;
}

function OfJournal({ file }: { readonly file: string }) {
  const url = useStoredThumbnail(file);
  return url ? <img src={url} alt="" draggable={false} /> : <ImageOff size={18} aria-hidden className="quiet" />;
}

const STATES: Readonly<Record<PictureRow['state'], string>> = {
  waiting: 'waiting',
  running: 'running…',
  answered: '',
  stopped: 'stopped',
  failed: 'failed',
};

function wordsOf(row: PictureRow): string {
  const top = row.result?.top[0];
  if (row.error) return row.error.message;
  return top ? `${top.label}, ${percent(top.probability)}` : STATES[row.state];
}

function wordsUnder(row: PictureRow, asLine: boolean): string {
  if (row.error) return asLine ? row.error.message : 'failed';
  const confidence = confidenceOf(row);
  return confidence === null ? STATES[row.state] : percent(confidence);
}
