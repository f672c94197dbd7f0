import { entryById, useLibrary } from '../../stores/library.ts';
import { useModel } from '../../stores/model.ts';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../frame/app-context.ts';
import { Standing, TransferControls } from './standing.tsx';
import './offers.css';

interface MissingModelProps {
  readonly id: string;
  readonly title: string;
  /** It is not named beside this already. */
  readonly named?: boolean;
}

/** The chosen model is not on this machine, or not whole: what there is to do about it, and the way back. */
export function MissingModel({ id, title, named = false }: MissingModelProps) {
  const { chooseModel } = useApp();
  const entry = useLibrary(({ snapshot }) => entryById(snapshot, id));
  const known = useLibrary(({ snapshot }) => snapshot !== null);
  const fallback = useModel((store) => store.shipped[0] ?? null);
  return (
    <div className="missing">
      {named && entry && entry.state.kind !== 'available' && <h3>{title}</h3>}
      {entry?.state.kind === 'available' && <p>{title} is not on this machine yet.</p>}
      {!entry && <p>{known ? `${title} is no longer in the library.` : 'Reading the library…'}</p>}
      {entry && <Standing entry={entry} />}
      <div className="missing-actions">
        {entry && <TransferControls entry={entry} primary />}
        {fallback && fallback.id !== id && (
          <Button onClick={() => void chooseModel(fallback.id)}>Use {fallback.title}</Button>
        )}
      </div>
    </div>
  );
}
