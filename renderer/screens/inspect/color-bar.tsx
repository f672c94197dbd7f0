import { useMemo } from 'react';
import { colorGradient } from '../../../models/drawing/color-maps.ts';
import { type MapScale, positionOnScale } from '../../../models/drawing/map-scale.ts';
import { useSettings } from '../../stores/settings.ts';
import { scaleValue, UNITS, UNITS_SHORT } from './map-words.ts';

interface ColorBarProps {
  readonly scale: MapScale;
  /** The value under the pointer, before `scale.factor`; marked on the bar. */
  readonly marked: number | null;
}

/** What the colours mean: both ends of the range, zero where it is the middle, and the unit. */
export function ColorBar({ scale, marked }: ColorBarProps) {
  const { colorMap, divergingMap } = useSettings((settings) => settings.overlay);
  const unit = UNITS[scale.unit];
  const name = scale.signed ? divergingMap : colorMap;
  const ramp = useMemo(() => ({ background: colorGradient(name) }), [name]);
  const ends = [scaleValue(scale.min, scale.signed), scaleValue(scale.max, scale.signed)] as const;
  return (
    <div className="color-bar" role="img" aria-label={`Colours from ${ends[0]} to ${ends[1]}, ${unit}`}>
      <span>{ends[0]}</span>
      <span className="color-bar-ramp" data-signed={scale.signed || undefined} style={ramp}>
        {marked !== null && (
          <span
            className="color-bar-mark"
            style={{ backgroundPositionX: `${positionOnScale(scale, marked) * 100}%` }}
          />
        )}
      </span>
      <span>{ends[1]}</span>
      <span className="quiet color-bar-unit">{unit}</span>
      <span className="quiet color-bar-unit-short">{UNITS_SHORT[scale.unit]}</span>
    </div>
  );
}
