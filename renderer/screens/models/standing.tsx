import type { LucideIcon } from 'lucide-react';
import { Download, FileSearch, FolderInput, KeyRound, Pause, Play, RotateCcw, Trash2, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { LibraryEntry } from '../../shell/library-entry.ts';
import { useLibrary } from '../../stores/library.ts';
import { useScreen } from '../../stores/screen.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { megabytes } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { useApp } from '../frame/app-context.ts';
import { chooseFiles, chooseModelFiles } from '../frame/take-files.ts';
import { transferShare, transferText, workShare, workText } from './words.ts';
import './standing.css';

interface StandingProps {
  readonly entry: LibraryEntry;
}

/** How far a model is on its way, or what is wrong with it. Nothing for one that is simply there, or not. */
export function Standing({ entry }: StandingProps) {
  const { state, id, title } = entry;
  const trouble = useLibrary((store) => store.troubles[id]);
  const work = useLibrary((store) => store.work[id]);
  const text = transferText(state, useNow(state.kind === 'downloading' && state.retry !== null));
  const isFault = state.kind === 'error' || state.kind === 'broken';
  return (
    <>
      {text && (
        <div className="standing">
          <span>{text}</span>
          <Meter label={`${title}: ${text}`} share={transferShare(state)} />
        </div>
      )}
      {work && (
        <div className="standing">
          <span>{workText(work, '')}</span>
          <Meter label={`${title}: ${workText(work, '')}`} share={workShare(work)} />
        </div>
      )}
      {isFault && (
        <Banner tone="danger" actions={<WaysOut entry={entry} />}>
          {state.error.message}
        </Banner>
      )}
      {trouble && trouble.message !== (isFault ? state.error.message : '') && (
        <Banner tone="danger">{trouble.message}</Banner>
      )}
    </>
  );
}

/** What can be done about a model that is wrong. */
function WaysOut({ entry }: StandingProps) {
  const app = useApp();
  const show = useScreen((store) => store.show);
  const canReference = useLibrary((store) => store.snapshot?.abilities.canReference ?? false);
  const { id, state, kind } = entry;
  if (state.kind === 'broken') {
    if (state.mend === 'download')
      return (
        <Button icon={Download} onClick={() => void app.library.download(id)}>
          Get it again
        </Button>
      );
    if (state.mend === 'locate' && canReference) {
      const locate = () => chooseFiles(([file]) => file && void app.library.locate(id, file), '', false);
      return (
        <Button icon={FileSearch} onClick={locate}>
          Find its file…
        </Button>
      );
    }
    return (
      <Button icon={FolderInput} onClick={() => chooseModelFiles(app)}>
        Import it again…
      </Button>
    );
  }
  if (state.kind !== 'error') return null;
  const { code } = state.error;
  return (
    <>
      <Button icon={RotateCcw} onClick={() => void app.library.download(id)}>
        Try again
      </Button>
      {(code === 'unauthorised' || code === 'gated') && (
        <Button icon={KeyRound} onClick={() => show('models', 'token')}>
          Set a token…
        </Button>
      )}
      {code === 'no-space' && (
        <Button icon={FolderInput} onClick={() => show('models', 'folder')}>
          Move the weights…
        </Button>
      )}
      {(state.received > 0 || kind === 'repository') && (
        <Button icon={Trash2} onClick={() => void app.library.cancel(id)}>
          Discard
        </Button>
      )}
    </>
  );
}

interface ControlsProps extends StandingProps {
  /** Icons for what interrupts, where room is short. */
  readonly dense?: boolean;
  /** The download is what is asked for here. */
  readonly primary?: boolean;
}

/** The buttons that begin, interrupt and go on with a download. */
export function TransferControls({ entry, dense = false, primary = false }: ControlsProps) {
  const { library } = useApp();
  const { id, state } = entry;
  const Interrupt = dense ? DenseButton : WideButton;
  const size = entry.size === null ? '' : ` ${megabytes(entry.size)}`;
  switch (state.kind) {
    case 'available':
      return (
        <Button
          icon={Download}
          variant={primary ? 'primary' : 'plain'}
          aria-label={`Download ${entry.title}`}
          title={state.cached ? 'Its file is in the Hugging Face cache already' : undefined}
          onClick={() => void library.download(id)}
        >
          {state.cached ? 'Get from the cache' : dense ? 'Download' : `Download${size}`}
        </Button>
      );
    case 'queued':
    case 'downloading':
      return (
        <>
          <Interrupt icon={Pause} label="Pause" title={entry.title} onClick={() => void library.pause(id)} />
          <Interrupt icon={X} label="Cancel" title={entry.title} onClick={() => void library.cancel(id)} />
        </>
      );
    case 'verifying':
      return <Interrupt icon={X} label="Stop" title={entry.title} onClick={() => void library.pause(id)} />;
    case 'paused':
      return (
        <>
          <Button
            icon={Play}
            variant={primary ? 'primary' : 'plain'}
            aria-label={`Resume ${entry.title}`}
            onClick={() => void library.download(id)}
          >
            Resume
          </Button>
          <Interrupt icon={Trash2} label="Discard" title={entry.title} onClick={() => void library.cancel(id)} />
        </>
      );
    default:
      return null;
  }
}

interface InterruptProps {
  readonly icon: LucideIcon;
  readonly label: string;
  /** Of the model. */
  readonly title: string;
  readonly onClick: () => void;
}

function DenseButton({ icon, label, title, onClick }: InterruptProps) {
  return <IconButton icon={icon} label={`${label} ${title}`} onClick={onClick} />;
}

function WideButton({ icon, label, title, onClick }: InterruptProps) {
  return (
    <Button icon={icon} aria-label={`${label} ${title}`} onClick={onClick}>
      {label}
    </Button>
  );
}

/** Milliseconds since 1970, kept current while `ticking`. */
function useNow(ticking: boolean): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!ticking) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [ticking]);
  return now;
}
