import { FolderInput, FolderOpen, X } from 'lucide-react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { SUBJECTS } from '../../library/library-actions.ts';
import type { LibrarySnapshot } from '../../shell/model-library.ts';
import { useLibrary } from '../../stores/library.ts';
import { useScreen } from '../../stores/screen.ts';
import { Banner } from '../../ui/banner.tsx';
import { Button } from '../../ui/button.tsx';
import { megabytes, megabytesOf } from '../../ui/format.ts';
import { Meter } from '../../ui/meter.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useApp } from '../frame/app-context.ts';
import './standing.css';

/** Where the weights live, how much that is, and moving them. */
export function StoragePanel({ snapshot }: { readonly snapshot: LibrarySnapshot }) {
  const { library } = useApp();
  const { folder, totalSize, moving, abilities } = snapshot;
  const trouble = useLibrary((store) => store.troubles[SUBJECTS.folder]);
  const [asking, setAsking] = useState(false);
  const moveButton = useRef<HTMLButtonElement>(null);
  useWanted('folder', () => moveButton.current?.focus());

  return (
    <section aria-label="Storage">
      <header className="models-side-head">
        <h2>Storage</h2>
        <span className="quiet">{totalSize === 0 ? 'empty' : megabytes(totalSize)}</span>
      </header>
      <p className="mono folder selectable">{folder}</p>
      {moving ? (
        <Moving done={moving.done} total={moving.total} />
      ) : (
        <div className="models-buttons">
          {abilities.canReveal && (
            <Button icon={FolderOpen} onClick={() => void library.reveal(null)}>
              Show
            </Button>
          )}
          <Button
            ref={moveButton}
            icon={FolderInput}
            aria-expanded={abilities.picksFolder ? undefined : asking}
            onClick={() => (abilities.picksFolder ? void library.moveFolder(null) : setAsking(!asking))}
          >
            Move…
          </Button>
        </div>
      )}
      {asking && !moving && <FolderField onDone={() => setAsking(false)} />}
      {trouble && <Banner tone="danger">{trouble.message}</Banner>}
    </section>
  );
}

function Moving({ done, total }: { readonly done: number; readonly total: number }) {
  const { library } = useApp();
  const begunHere = useLibrary((store) => SUBJECTS.folder in store.work);
  const text = `Moving, ${megabytesOf(done, total)}`;
  return (
    <div className="moving">
      <div className="standing">
        <span>{text}</span>
        <Meter label={text} share={total > 0 ? done / total : null} />
      </div>
      {begunHere && (
        <Button icon={X} onClick={library.cancelMove}>
          Cancel
        </Button>
      )}
    </div>
  );
}

function FolderField({ onDone }: { readonly onDone: () => void }) {
  const { library } = useApp();
  const [path, setPath] = useState('');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await library.moveFolder(path.trim())) onDone();
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <TextField
        label="New folder, as an absolute path"
        value={path}
        autoFocus
        hint="Everything is copied, read back, and only then removed here."
        onChange={setPath}
        onKeyDown={(event) => event.key === 'Escape' && onDone()}
      >
        <Button type="submit" disabled={path.trim() === ''}>
          Move
        </Button>
      </TextField>
    </form>
  );
}

/** Calls `focus` when another place sent the user to this field. */
export function useWanted(name: 'token' | 'folder', focus: () => void): void {
  const wanted = useScreen((store) => store.wanted);
  const forget = useScreen((store) => store.forgetWanted);
  const latest = useRef(focus);
  latest.current = focus;
  useEffect(() => {
    if (wanted !== name) return;
    latest.current();
    forget();
  }, [wanted, name, forget]);
}
