import { Pin, PinOff } from 'lucide-react';
import type { Rect } from '../../../models/attention/geometry.ts';
import { cellUnder, extentInPicture } from '../../pipeline/tiles.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { percent, value } from '../../ui/format.ts';
import { Tip } from '../../ui/tooltip.tsx';
import { ColorBar } from './color-bar.tsx';
import type { Inspection } from './use-inspection.ts';
import { headName } from './words.ts';
import './readout.css';

/** Under the picture: the value and place of the cell under the pointer, and what the colours mean. */
export function Readout({ inspection }: { readonly inspection: Inspection }) {
  const stage = useView((state) => state.stage);
  const hover = useView((state) => state.hover);
  const { tiles, maps } = inspection;
  const shown = maps[stage] ?? null;
  const keys = tiles?.[stage]?.keys ?? null;
  const cell = shown && keys && hover ? cellUnder(keys, hover) : null;
  const weight = shown && cell !== null ? (shown.map.summary.cells[cell] ?? null) : null;

  return (
    <div className="readout">
      {shown && keys && cell !== null && weight !== null ? (
        <CellFacts
          text={`${value(weight * shown.scale.factor)}${shown.scale.unit === '× uniform' ? '\u202f×' : ''}`}
          col={cell % shown.map.summary.grid.cols}
          row={Math.floor(cell / shown.map.summary.grid.cols)}
          extent={extentInPicture(keys, cell)}
        />
      ) : (
        <Hint inspection={inspection} outside={hover !== null && keys !== null} />
      )}
      <span className="readout-end">
        <PinState />
        {shown?.map.summary.clsShare != null && (
          <Tip
            label="The share of this map that goes to the class token itself, which has no place in the picture"
            side="top"
          >
            <span className="readout-cls">
              <span className="quiet">CLS key</span> {percent(shown.map.summary.clsShare)}
            </span>
          </Tip>
        )}
        {shown && <ColorBar scale={shown.scale} marked={weight} />}
      </span>
    </div>
  );
}

interface CellFactsProps {
  readonly text: string;
  readonly col: number;
  readonly row: number;
  readonly extent: Rect;
}

function CellFacts({ text, col, row, extent }: CellFactsProps) {
  return (
    <span className="readout-cell">
      <strong>{text}</strong>
      <span>
        cell ({col}, {row})
      </span>
      <Tip
        label="The picture’s pixels that reach this cell through the convolutions; neighbouring cells overlap"
        side="top"
      >
        <span>
          pixels {pixels(extent.left, extent.right)} × {pixels(extent.top, extent.bottom)}
        </span>
      </Tip>
    </span>
  );
}

/** Whole pixels that a continuous span touches, both ends included: `192–223`. */
function pixels(start: number, end: number): string {
  const first = Math.floor(start);
  return `${first}–${Math.max(first, Math.ceil(end) - 1)}`;
}

function Hint({ inspection, outside }: { readonly inspection: Inspection; readonly outside: boolean }) {
  const stage = useView((state) => state.stage);
  const view = useView((state) => state.view);
  const shown = inspection.maps[stage];
  if (!shown || !inspection.report) return null;
  if (outside) return <span className="quiet">Outside the crop: the network does not see this.</span>;
  if (view === 'query' && shown.map.kind === 'row')
    return <span className="quiet">Move over the picture to choose the query; click to pin it.</span>;
  const heads = inspection.report.stages[stage]?.heads ?? 1;
  return <span className="quiet">{headName(shown.map.head, heads)}</span>;
}

function PinState() {
  const view = useView((state) => state.view);
  const pinned = useView((state) => state.activePin !== null);
  if (view !== 'query' || !pinned) return null;
  return (
    <span className="readout-pin">
      <Pin size={13} aria-hidden />
      Query pinned
      <IconButton
        icon={PinOff}
        label="Unpin the query"
        keys="Escape"
        onClick={() => useView.getState().activatePin(null)}
      />
    </span>
  );
}
