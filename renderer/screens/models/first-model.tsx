import { catalogEntry, FIRST_CHOICE } from '../../../models/catalog.ts';
import { entryById, useLibrary } from '../../stores/library.ts';
import { useModel } from '../../stores/model.ts';
import { Button } from '../../ui/button.tsx';
import { useApp } from '../frame/app-context.ts';
import { Standing, TransferControls } from './standing.tsx';
import './offers.css';

/**
 * Offers the first model for photographs while there is only what ships with the app. The shipped one stays in use until
 * the user takes the other.
 */
export function FirstModel() {
  const { chooseModel } = useApp();
  const entry = useLibrary(({ snapshot }) => entryById(snapshot, FIRST_CHOICE));
  const hasOther = useLibrary(
    ({ snapshot }) =>
      snapshot?.entries.some(({ id, state }) => id !== FIRST_CHOICE && state.kind === 'installed') ?? false,
  );
  const usesShipped = useModel(
    ({ state, shipped }) => state.kind !== 'none' && shipped.some(({ id }) => id === state.id),
  );
  const catalog = catalogEntry(FIRST_CHOICE);
  if (!entry || !catalog || hasOther || !usesShipped) return null;
  return (
    <section className="first-model" aria-label="A model for photographs">
      <div className="first-model-text">
        <h3>{entry.title}</h3>
        <p>
          Knows ImageNet’s {catalog.numClasses} classes in photographs; {catalog.accuracy.imagenet.top1.toFixed(1)}
          {'\u202f'}% right.
        </p>
        <Standing entry={entry} />
      </div>
      <div className="first-model-actions">
        {entry.state.kind === 'installed' ? (
          <Button variant="primary" onClick={() => void chooseModel(entry.id)}>
            Use it
          </Button>
        ) : (
          <TransferControls entry={entry} />
        )}
      </div>
    </section>
  );
}
