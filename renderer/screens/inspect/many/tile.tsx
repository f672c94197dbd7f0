import { CircleAlert, CirclePause, X } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { type TrayImage, useImages } from '../../../stores/images.ts';
import { useSession } from '../../../stores/session.ts';
import { percent } from '../../../ui/format.ts';
import { Tip } from '../../../ui/tooltip.tsx';
import { removePictures } from '../remove-pictures.ts';
import { useTardy } from '../use-tardy.ts';
import { useTopPrediction } from '../use-top-prediction.ts';
import { framesText, shortError } from '../words.ts';
import { useThumbnail } from './use-thumbnail.ts';

interface TileProps {
  readonly image: TrayImage;
  readonly selected: boolean;
  readonly tabStop: boolean;
}

/** A picture in the tray. Remembered, because each step of one picture changes the list that a thousand others stand in. */
export const Tile = memo(function Tile({ image, selected, tabStop }: TileProps) {
  const select = useImages((state) => state.select);
  const button = useRef<HTMLButtonElement>(null);
  const description = useDescription(image);
  const thumbnail = useThumbnail(image);

  // The arrows move the selection; the focus follows where it was in the tray already.
  useEffect(() => {
    if (selected && document.activeElement?.closest('.tray-list')) button.current?.focus({ preventScroll: true });
  }, [selected]);

  return (
    <div className="tile" data-status={image.status.kind} data-selected={selected || undefined}>
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
          {thumbnail && <img src={thumbnail} alt="" draggable={false} />}
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
    </div>
  );
});

function Badge({ image }: { readonly image: TrayImage }) {
  const top = useTopPrediction(image);
  if (image.status.kind === 'error')
    return (
      <span className="tile-error">
        <CircleAlert size={16} aria-hidden />
        <span>{shortError(image.status.error)}</span>
      </span>
    );
  if (top) return <span className="tile-label">{top.label}</span>;
  switch (image.status.kind) {
    case 'loading':
    case 'queued':
      return <span className="tile-badge tile-dot" />;
    case 'running':
      return <Running />;
    case 'stopped':
      return <CirclePause className="tile-badge" size={16} aria-hidden />;
    case 'classified':
    case 'done':
      return null;
  }
}

/** Still, as long as most runs take: what turns has the browser draw every frame on the cores that the network runs on. */
function Running() {
  const [since] = useState(() => performance.now());
  return <span className={`tile-badge ${useTardy(since) ? 'tile-spinner' : 'tile-dot'}`} />;
}

/** All there is to know about a tile, in one line. */
function useDescription(image: TrayImage): string {
  const top = useTopPrediction(image);
  const session = useSession((state) => state.began);
  const { status, name, frames, result } = image;
  if (status.kind === 'error') {
    const { message } = status.error;
    // An engine's fault does not name the picture by itself.
    return message.startsWith(name) ? message : `${name}: ${message}`;
  }
  if (top) {
    const earlier = result && result.at < session ? '; from an earlier session' : '';
    const first = frames?.certain ? `; ${framesText(frames)}` : '';
    return `${name}: ${top.label}, ${percent(top.probability)}${earlier}${first}`;
  }
  switch (status.kind) {
    case 'loading':
      return `${name}: reading…`;
    case 'queued':
      return `${name}: waiting`;
    case 'running':
      return `${name}: running…`;
    case 'stopped':
      return `${name}: stopped`;
    case 'classified':
    case 'done':
      return name;
  }
}
