import { CircleAlert, CirclePause, RotateCcw } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ColumnMap } from '../../stores/column-maps.ts';
import type { Column, ColumnState as State } from '../../stores/compare.ts';
import type { TrayImage } from '../../stores/images.ts';
import { entryById, useLibrary } from '../../stores/library.ts';
import { Button } from '../../ui/button.tsx';
import { Meter } from '../../ui/meter.tsx';
import { useApp } from '../frame/app-context.ts';
import { noteText } from '../inspect/map-words.ts';
import { isTardy, useTardy } from '../inspect/use-tardy.ts';
import { progressShare, progressText } from '../inspect/words.ts';
import { Standing, TransferControls } from '../models/standing.tsx';
import { workShare, workText } from '../models/words.ts';

interface ColumnStateProps {
  readonly column: Column;
  readonly image: TrayImage;
  readonly state: State;
  readonly map: ColumnMap | null;
}

/** What stands over the picture while there is no result or no map: progress with a way to stop it, or what there is to do. */
export function ColumnState({ column, image, state, map }: ColumnStateProps) {
  const { compare } = useApp();
  const { cancel, retry } = compare.columns;
  const stop = <Button onClick={() => cancel(column.id)}>Cancel</Button>;
  const again = (text: string) => (
    <Button icon={RotateCcw} onClick={() => retry(column.id)}>
      {text}
    </Button>
  );
  switch (state.kind) {
    case 'idle':
      return image.status.kind === 'error' ? (
        <Card tone="danger" text={image.status.error.message} />
      ) : (
        <Working text={`Reading ${image.name}…`} share={null} />
      );
    case 'waiting':
      return (
        <Working text="Waiting for its turn…" share={0}>
          {stop}
        </Working>
      );
    case 'opening':
      return (
        <Working text={workText(state.progress, `Opening ${state.title}…`)} share={workShare(state.progress)}>
          {stop}
        </Working>
      );
    case 'running':
      return (
        <Working text={progressText(state.progress, state.title)} share={progressShare(state.progress)}>
          {stop}
        </Working>
      );
    case 'missing':
      return <Missing column={column} title={state.title} />;
    case 'stopped':
      return (
        <Card text="Stopped" icon={<CirclePause size={18} aria-hidden />}>
          {again('Run it')}
        </Card>
      );
    case 'error':
      return (
        <Card tone="danger" text={state.error.message}>
          {again('Try again')}
        </Card>
      );
    case 'done':
      return map && <MapNote column={column} map={map} />;
  }
}

/** The column's model is not on this machine, or not whole: its download, here. */
function Missing({ column: { id, modelId }, title }: { readonly column: Column; readonly title: string }) {
  const { compare } = useApp();
  const entry = useLibrary(({ snapshot }) => entryById(snapshot, modelId));
  const known = useLibrary(({ snapshot }) => snapshot !== null);
  if (!entry)
    return (
      <Card text={known ? `${title} is no longer in the library. Choose another model above.` : 'Reading the library…'}>
        <Button icon={RotateCcw} onClick={() => compare.columns.retry(id)}>
          Look again
        </Button>
      </Card>
    );
  return (
    <Card text={entry.state.kind === 'available' ? `${title} is not on this machine yet.` : title}>
      <div className="column-standing">
        <Standing entry={entry} />
      </div>
      <TransferControls entry={entry} primary />
    </Card>
  );
}

/** Why a finished column has another map than the one asked for, or none. */
function MapNote({ column, map }: { readonly column: Column; readonly map: ColumnMap }) {
  const { compare } = useApp();
  const { work, note, unknownClass, choices, stages } = map;
  const tardy = useTardy(isTardy(work));
  if (unknownClass) return <Note text="This network does not know that class." />;
  if (work?.state.kind === 'working' && tardy) {
    const { progress } = work.state;
    return (
      <Working
        text={progress ? progressText(progress, 'the model') : 'Computing the map…'}
        share={progressShare(progress)}
      >
        <Button onClick={() => compare.maps.cancel(column.id, work.call, work.at)}>Cancel</Button>
      </Working>
    );
  }
  if (work?.state.kind === 'failed' || work?.state.kind === 'stopped') {
    const failed = work.state.kind === 'failed' ? work.state.error : null;
    return (
      <Card {...(failed && { tone: 'danger' })} text={failed ? failed.message : 'The map was not computed.'}>
        <Button icon={RotateCcw} onClick={() => compare.maps.retry(column.id, work.call, work.at)}>
          {failed ? 'Try again' : 'Compute it'}
        </Button>
      </Card>
    );
  }
  return note && <Note text={noteText(note, choices.stage, stages.length)} />;
}

function Note({ text }: { readonly text: string }) {
  return (
    <p className="column-note" title={text}>
      {text}
    </p>
  );
}

function Working({ text, share, children }: { text: string; share: number | null; children?: ReactNode }) {
  return (
    <Presses>
      <div className="column-working">
        <p title={text}>{text}</p>
        <Meter label={text} share={share} />
        {children}
      </div>
    </Presses>
  );
}

interface CardProps {
  readonly text: string;
  readonly tone?: 'danger';
  readonly icon?: ReactNode;
  readonly children?: ReactNode;
}

function Card({ text, tone, icon, children }: CardProps) {
  return (
    <Presses>
      <div className="column-card" data-tone={tone} role={tone === 'danger' ? 'alert' : undefined}>
        {tone === 'danger' ? <CircleAlert size={18} aria-hidden /> : icon}
        <p className="selectable scrolls">{text}</p>
        {children}
      </div>
    </Presses>
  );
}

/** Presses on what stands over the picture are not presses on the picture. */
function Presses({ children }: { readonly children: ReactNode }) {
  const stop = (event: { stopPropagation: () => void }) => event.stopPropagation();
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: stops events, has no behaviour of its own
    // biome-ignore lint/a11y/useKeyWithClickEvents: likewise
    <div className="column-over" onPointerDown={stop} onMouseDown={stop} onClick={stop}>
      {children}
    </div>
  );
}
