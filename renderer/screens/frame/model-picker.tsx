import { Check } from 'lucide-react';
import type { LibraryEntry } from '../../shell/library-entry.ts';
import { isHere, useLibrary } from '../../stores/library.ts';
import { useModel } from '../../stores/model.ts';
import { useScreen } from '../../stores/screen.ts';
import { megabytes } from '../../ui/format.ts';
import { shortName, transferShare } from '../models/words.ts';
import { useApp } from './app-context.ts';
import './model-picker.css';

/** Every model by name: those on this machine, then those that can be had. Any can be chosen. */
export function ModelPicker({ onChosen }: { readonly onChosen: () => void }) {
  const shipped = useModel((store) => store.shipped);
  const entries = useLibrary((store) => store.snapshot?.entries) ?? [];
  const show = useScreen((store) => store.show);
  const available = entries.filter((entry) => !isHere(entry));
  return (
    <nav className="picker" aria-label="Choose a model">
      <ul>
        {shipped.map(({ id, title }) => (
          <Item key={id} id={id} name={title} aside="ships with the app" staysOpen={false} onChosen={onChosen} />
        ))}
        {entries.filter(isHere).map((entry) => (
          <EntryItem key={entry.id} entry={entry} onChosen={onChosen} />
        ))}
      </ul>
      {available.length > 0 && (
        <>
          <h3>To download</h3>
          <ul>
            {available.map((entry) => (
              <EntryItem key={entry.id} entry={entry} onChosen={onChosen} />
            ))}
          </ul>
        </>
      )}
      <button
        type="button"
        className="link"
        onClick={() => {
          show('models');
          onChosen();
        }}
      >
        All about the models…
      </button>
    </nav>
  );
}

interface EntryItemProps {
  readonly entry: LibraryEntry;
  readonly onChosen: () => void;
}

function EntryItem({ entry, onChosen }: EntryItemProps) {
  const isWhole = entry.state.kind === 'installed';
  return (
    <Item
      id={entry.id}
      name={shortName(entry)}
      aside={asideOf(entry)}
      // What there is to do about a model that is not here stands in this very popup.
      staysOpen={!isWhole}
      onChosen={onChosen}
    />
  );
}

interface ItemProps {
  readonly id: string;
  readonly name: string;
  readonly aside: string;
  readonly staysOpen: boolean;
  readonly onChosen: () => void;
}

function Item({ id, name, aside, staysOpen, onChosen }: ItemProps) {
  const { chooseModel } = useApp();
  const chosen = useModel(({ state }) => state.kind !== 'none' && state.id === id);
  const choose = () => {
    if (!chosen) void chooseModel(id);
    if (!staysOpen) onChosen();
  };
  return (
    <li>
      <button type="button" className="picker-item" aria-current={chosen || undefined} onClick={choose}>
        <span className="picker-mark">{chosen && <Check size={14} aria-hidden />}</span>
        <span className="picker-name">{name}</span>
        <span className="quiet">{aside}</span>
      </button>
    </li>
  );
}

function asideOf({ state, size }: LibraryEntry): string {
  const share = transferShare(state);
  switch (state.kind) {
    case 'broken':
      return 'needs attention';
    case 'error':
      return 'failed';
    case 'queued':
      return 'waiting';
    case 'paused':
      return 'paused';
    case 'downloading':
    case 'verifying':
      return share === null ? 'on its way' : `${Math.floor(share * 100)}\u202f%`;
    case 'available':
      return state.cached ? 'in the cache' : size === null ? '' : megabytes(size);
    case 'installed':
      return megabytes(state.size);
  }
}
