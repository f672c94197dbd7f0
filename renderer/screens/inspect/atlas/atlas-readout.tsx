import type { MapScale } from '../../../../models/drawing/map-scale.ts';
import { percent, value } from '../../../ui/format.ts';
import { ColorBar } from '../color-bar.tsx';
import { ExportMenu } from '../export/export-menu.tsx';
import type { AtlasEntry } from './atlas-maps.ts';
import { bits, pixels } from './atlas-words.ts';

const THIN = '\u202f';

interface AtlasReadoutProps {
  /** The map under the pointer or with the focus. */
  readonly entry: AtlasEntry | null;
  /** Of all maps; null while there are none. */
  readonly scale: MapScale | null;
  /** Whether a hundredth of the cells lie beyond the scale. */
  readonly clipped: boolean;
}

/** Under the maps: which one is pointed at, and what the colours of all of them mean. */
export function AtlasReadout({ entry, scale, clipped }: AtlasReadoutProps) {
  return (
    <div className="readout" data-testid="atlas-readout">
      {entry && scale ? (
        <EntryFacts entry={entry} factor={scale.factor} />
      ) : (
        <span className="quiet">Click a map to enlarge it.</span>
      )}
      <span className="readout-end">
        {scale && clipped && !entry && <span className="quiet atlas-clipped">1{THIN}% beyond</span>}
        {scale && <ColorBar scale={scale} marked={null} />}
        <ExportMenu />
      </span>
    </div>
  );
}

function EntryFacts({ entry, factor }: { readonly entry: AtlasEntry; readonly factor: number }) {
  const { block, head, entropy, distance, map } = entry;
  const largest = map.cells.reduce((max, cell) => Math.max(max, map.signed ? Math.abs(cell) : cell), 0);
  return (
    <span className="readout-cell atlas-facts">
      <strong>
        block {block + 1}, head {head + 1}
      </strong>
      <span>
        <span className="quiet">max</span> {value(largest * factor)}
      </span>
      {entropy !== null && (
        <span>
          <span className="quiet">entropy</span> {bits(entropy)}
        </span>
      )}
      {distance !== null && (
        <span>
          <span className="quiet">distance</span> {pixels(distance)}
        </span>
      )}
      {map.cls !== null && (
        <span className="atlas-facts-cls">
          <span className="quiet">CLS key</span> {map.signed ? value(map.cls) : percent(map.cls)}
        </span>
      )}
    </span>
  );
}
