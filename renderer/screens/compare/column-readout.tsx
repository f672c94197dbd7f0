import { valueUnder } from '../../compare/linked-cursor.ts';
import type { ColumnMap } from '../../stores/column-maps.ts';
import { useCompareView } from '../../stores/compare-view.ts';
import { queryPoint } from '../../stores/view.ts';
import { percent } from '../../ui/format.ts';
import { ColorBar } from '../inspect/color-bar.tsx';
import { scaleValue, UNITS_SHORT } from '../inspect/map-words.ts';
import { columnPlace } from './compare-words.ts';

/** Where this network's map is from, its value under the one cursor, and what its colours mean. */
export function ColumnReadout({ map }: { readonly map: ColumnMap | null }) {
  const hover = useCompareView((state) => state.hover);
  const pinned = useCompareView(queryPoint);
  const shown = map?.shown ?? null;
  // The pointer first; without it the pin.
  const point = hover ?? pinned;
  const under = map && point && valueUnder(map, point);
  return (
    <div className="column-readout">
      <p className="column-place quiet" title={map ? columnPlace(map.choices, map.stages) : undefined}>
        {map ? columnPlace(map.choices, map.stages) : '\u00a0'}
      </p>
      <p className="column-value" data-testid="column-value">
        {shown && under ? (
          <>
            <b>{scaleValue(under.value * shown.scale.factor, shown.scale.signed)}</b>{' '}
            <span className="quiet">
              {UNITS_SHORT[shown.scale.unit]} · ({under.col}, {under.row}) of {shown.map.grid.cols}×
              {shown.map.grid.rows}
            </span>
          </>
        ) : shown && point ? (
          <span className="quiet">outside of what this network sees</span>
        ) : shown && shown.map.cls !== null ? (
          <span className="quiet">
            CLS itself: {shown.map.signed ? scaleValue(shown.map.cls, true) : percent(shown.map.cls)}
          </span>
        ) : (
          <span className="quiet">{shown ? 'Point at the picture for values' : '\u00a0'}</span>
        )}
      </p>
      {shown ? <ColorBar scale={shown.scale} marked={under ? under.value : null} /> : <div className="color-bar" />}
    </div>
  );
}
