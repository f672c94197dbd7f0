import { X } from 'lucide-react';
import { cellUnder } from '../../pipeline/tiles.ts';
import { MAX_PINS, type Pin } from '../../stores/pins.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { PIN_COLORS } from '../../ui/pin-colors.ts';
import { Segments } from '../../ui/segments.tsx';
import { pointedGrid, queryStage } from './query-place.ts';
import type { Scene } from './use-inspection.ts';

const DIRECTIONS = [
  { value: 'attends', text: 'attends to', tip: 'What the token at this place attends to', keys: 'd' },
  { value: 'attended', text: 'attended by', tip: 'Which tokens attend to the key at this place', keys: 'd' },
] as const;

/** Which way a query is read, and the pinned ones. */
export function QueryControls({ scene }: { readonly scene: Scene }) {
  const direction = useView((state) => state.direction);
  const choose = useView((state) => state.choose);
  return (
    <>
      <span className="control-name">Query</span>
      <Segments
        label="Direction"
        value={direction}
        options={DIRECTIONS}
        onChange={(next) => choose({ direction: next })}
      />
      <PinList scene={scene} />
    </>
  );
}

/** The pinned queries in their colours; the pressed one's map is shown. */
export function PinList({ scene }: { readonly scene: Scene }) {
  const pins = useView((state) => state.pins);
  return (
    <>
      <span className="control-name">Pins</span>
      {pins.length === 0 ? (
        <span className="quiet control-text">click the picture, up to {MAX_PINS}</span>
      ) : (
        <ul className="pins" aria-label="Pinned queries">
          {pins.map((pin) => (
            <PinLine key={pin.id} pin={pin} scene={scene} />
          ))}
        </ul>
      )}
    </>
  );
}

function PinLine({ pin, scene }: { readonly pin: Pin; readonly scene: Scene }) {
  const active = useView((state) => state.activePin === pin.id);
  const { activatePin, removePin } = useView.getState();
  const place = usePlace(pin, scene);
  return (
    <li data-active={active || undefined}>
      <button
        type="button"
        aria-pressed={active}
        aria-label={`Pin ${pin.color + 1}, ${place ?? 'not seen by the network'}`}
        onClick={() => activatePin(active ? null : pin.id)}
      >
        <i style={{ background: PIN_COLORS[pin.color] }}>{pin.color + 1}</i>
        {place ?? 'unseen'}
      </button>
      <IconButton icon={X} label={`Remove pin ${pin.color + 1}`} onClick={() => removePin(pin.id)} />
    </li>
  );
}

/** `(12, 7)`: the cell in which the pin lies; null where the network does not see it. */
function usePlace({ point }: Pin, { tiles }: Scene): string | null {
  const stageTiles = tiles?.[useView(queryStage)];
  const view = useView((state) => state.view);
  const direction = useView((state) => state.direction);
  if (!stageTiles) return null;
  const grid = pointedGrid(stageTiles, { view, direction });
  const cell = cellUnder(grid, point);
  if (cell === null) return null;
  const { count } = grid.geometry.cols;
  return `(${cell % count}, ${Math.floor(cell / count)})`;
}
