import { ChevronsRight, CircleAlert, Pause, Play, RotateCcw, X } from 'lucide-react';
import { useState } from 'react';
import { useImages } from '../../../stores/images.ts';
import { useModel } from '../../../stores/model.ts';
import { useOverview } from '../../../stores/overview.ts';
import { useQueue } from '../../../stores/queue.ts';
import { useReading } from '../../../stores/reading.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { timeLeft, whole } from '../../../ui/format.ts';
import { Meter } from '../../../ui/meter.tsx';
import { useApp } from '../../frame/app-context.ts';
import './queue-state.css';

/** One picture has its own place for its state; from here on there is a queue to speak of. */
const QUEUE = 2;

/** How far the tray is, and what can be done about it. Nothing where there is nothing to say. */
export function QueueState() {
  const counts = useImages((state) => state.counts);
  const total = useImages((state) => state.images.length);
  const found = useReading((state) => state.found);
  const waiting = counts.loading + counts.queued + counts.running;
  return (
    <>
      {found !== null && <Reading found={found} />}
      {total >= QUEUE && waiting > 0 && <ProgressOf waiting={waiting} />}
      {counts.stopped > 0 && <Stopped count={counts.stopped} />}
      {counts.error > 0 && <Failed count={counts.error} />}
    </>
  );
}

function Reading({ found }: { readonly found: number }) {
  const cancel = useReading((state) => state.cancel);
  return (
    <div className="queue-state">
      <p>
        <span>Reading folders… {whole(found)}</span>
      </p>
      <Meter label="Reading folders" share={null} />
      <div className="queue-buttons">
        <IconButton icon={X} label="Stop reading folders" onClick={cancel} />
      </div>
    </div>
  );
}

/** From the moment on when there is a queue: a single picture more, which tells of itself, is over before this could be read. */
function ProgressOf({ waiting }: { readonly waiting: number }) {
  const paused = useQueue((state) => state.paused);
  const [wasQueue, setWasQueue] = useState(false);
  const isQueue = wasQueue || paused || waiting >= QUEUE;
  if (isQueue && !wasQueue) setWasQueue(true);
  return isQueue && <Progress />;
}

function Progress() {
  const { queue } = useApp();
  const { loading, queued, running, stopped } = useImages((state) => state.counts);
  const length = useImages((state) => state.images.length);
  const { paused, reason, msPerPicture } = useQueue();
  const isReady = useModel(({ state }) => state.kind === 'ready');
  const waiting = loading + queued + running;
  const total = length - stopped;
  const left = msPerPicture === null ? null : timeLeft((waiting * msPerPicture) / 1000);
  const note = paused ? 'paused' : isReady ? left && `${left} left` : 'waiting for the model';
  return (
    <div className="queue-state" data-testid="queue-progress">
      <p>
        <span>
          {whole(total - waiting)} of {whole(total)}
        </span>
        {note && <span className="quiet">{note}</span>}
      </p>
      <Meter label={`${total - waiting} of ${total} pictures`} share={(total - waiting) / Math.max(1, total)} />
      {paused && reason && <p className="queue-reason selectable">{reason}</p>}
      <div className="queue-buttons">
        {paused ? (
          <IconButton icon={Play} label="Resume" onClick={queue.resume} />
        ) : (
          <IconButton icon={Pause} label="Pause" onClick={queue.pause} />
        )}
        <IconButton icon={X} label="Cancel all that wait" onClick={queue.cancelAll} />
      </div>
    </div>
  );
}

function Stopped({ count }: { readonly count: number }) {
  const { queue } = useApp();
  return (
    <div className="queue-line">
      <span>{whole(count)} stopped</span>
      <IconButton icon={ChevronsRight} label="Run what was stopped" onClick={() => queue.retry('stopped')} />
    </div>
  );
}

function Failed({ count }: { readonly count: number }) {
  const { queue } = useApp();
  const isShown = useOverview(({ filter }) => filter.state === 'failed');
  const { narrow } = useOverview.getState();
  return (
    <div className="queue-line" data-tone="danger">
      <Button
        variant="ghost"
        icon={CircleAlert}
        aria-pressed={isShown}
        onClick={() => narrow({ state: isShown ? 'all' : 'failed' })}
      >
        {whole(count)} failed
      </Button>
      <IconButton icon={RotateCcw} label="Try all failed again" onClick={() => queue.retry('error')} />
    </div>
  );
}
