import { colorGradient } from '../../pipeline/color-maps.ts';
import { type MapScale, type MapUnit, positionOnScale } from '../../pipeline/stage-map.ts';
import { useSettings } from '../../stores/settings.ts';
import { value } from '../../ui/format.ts';

interface ColorBarProps {
  readonly scale: MapScale;
  /** The value under the pointer, before `scale.factor`; marked on the bar. */
  readonly marked: number | null;
}

const UNITS_SHORT: Readonly<Record<MapUnit, string>> = { probability: 'prob.', '× uniform': '× unif.' };

/** What the colours mean: both ends of the range, and the unit. */
export function ColorBar({ scale, marked }: ColorBarProps) {
  const colorMap = useSettings((settings) => settings.overlay.colorMap);
  const label = `Colours from ${value(scale.min)} to ${value(scale.max)}, ${scale.unit}`;
  return (
    <div className="color-bar" role="img" aria-label={label}>
      <span>{value(scale.min)}</span>
      <span className="color-bar-ramp" style={{ background: colorGradient(colorMap) }}>
        {marked !== null && (
          <span className="color-bar-mark" style={{ left: `${positionOnScale(scale, marked) * 100}%` }} />
        )}
      </span>
      <span>{value(scale.max)}</span>
      <span className="quiet color-bar-unit">{scale.unit}</span>
      <span className="quiet color-bar-unit-short">{UNITS_SHORT[scale.unit]}</span>
    </div>
  );
}
