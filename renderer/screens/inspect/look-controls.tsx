import { memo } from 'react';
import {
  type ColorMapName,
  colorGradient,
  DIVERGING_MAPS,
  SEQUENTIAL_MAPS,
} from '../../../models/drawing/color-maps.ts';
import type { RangeMode } from '../../../models/drawing/map-scale.ts';
import { useMaps } from '../../stores/maps.ts';
import { useSettings } from '../../stores/settings.ts';
import { useView } from '../../stores/view.ts';
import { Segments } from '../../ui/segments.tsx';
import { Select } from '../../ui/select.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Switch } from '../../ui/switch.tsx';
import { lockShownRange } from './lock-range.ts';
import { scaleValue, UNITS } from './map-words.ts';

const RANGES = [
  { value: 'zero', text: '0–max', tip: 'Each map from 0 to its own maximum; signed maps reach as far to both sides' },
  {
    value: 'tight',
    text: 'min–max',
    tip: 'Each map from its own minimum to its own maximum; signed maps stay about zero',
  },
  {
    value: 'shared',
    text: 'shared',
    tip: 'One range for all stages, in multiples of uniform where that has a meaning',
  },
  {
    value: 'locked',
    text: 'lock',
    tip: 'Keeps the numbers of the colour bar for every stage, head, picture and model',
    keys: 'k',
  },
] as const satisfies readonly { value: RangeMode; text: string; tip: string; keys?: string }[];

const INTERPOLATIONS = [
  { value: 'tiles', text: 'tiles', tip: 'Every cell as the pixels that are nearest to its centre', keys: 's' },
  { value: 'smooth', text: 'smooth', tip: 'Blended between the true centres of the cells', keys: 's' },
] as const;

const COLOR_NAMES: Readonly<Record<ColorMapName, string>> = {
  inferno: 'Inferno',
  viridis: 'Viridis',
  magma: 'Magma',
  cividis: 'Cividis',
  greys: 'Grey',
  'blue-red': 'Blue to red',
  'purple-orange': 'Purple to orange',
  'brown-teal': 'Brown to teal',
};

/** How the map is drawn: its range, colours, cells and opacity. */
export const LookControls = memo(function LookControls() {
  const { opacity, fadeLow, visible, interpolation } = useSettings((settings) => settings.overlay);
  const updateOverlay = useSettings((settings) => settings.updateOverlay);
  // Principal components are colours by themselves, on no scale.
  const colored = useView((state) => state.view === 'projection' && state.projectionShow === 'components');
  return (
    <>
      {!colored && <RangeChoice />}
      {!colored && <ColorChoice />}
      <span className="control-name">Cells</span>
      <Segments
        label="Cells"
        value={interpolation}
        options={INTERPOLATIONS}
        onChange={(next) => updateOverlay({ interpolation: next })}
      />
      <span className="control-name">Opacity</span>
      <div className="control-slider">
        <Slider
          label="Overlay opacity"
          value={Math.round(opacity * 100)}
          max={100}
          step={5}
          valueText={`${Math.round(opacity * 100)} percent`}
          onChange={(percent) => updateOverlay({ opacity: percent / 100 })}
        />
        <output>
          {Math.round(opacity * 100)}
          {'\u202f'}%
        </output>
      </div>
      <div className="control-wide">
        <div className="control-row">
          <label htmlFor="fade-low">Fade low values</label>
          <Switch id="fade-low" checked={fadeLow} onChange={(next) => updateOverlay({ fadeLow: next })} />
        </div>
        <div className="control-row">
          <label htmlFor="overlay-visible">Overlay on the picture</label>
          <Switch id="overlay-visible" checked={visible} onChange={(next) => updateOverlay({ visible: next })} />
        </div>
      </div>
    </>
  );
});

function RangeChoice() {
  const range = useView((state) => state.range);
  const setRange = useView((state) => state.setRange);
  return (
    <>
      <span className="control-name">Range</span>
      <Segments
        label="Range"
        value={range}
        options={RANGES}
        onChange={(next) => (next === 'locked' ? lockShownRange() : setRange(next))}
      />
      {range === 'locked' && <LockedNote />}
    </>
  );
}

/** What is locked, and whether the map that is shown goes by it. */
function LockedNote() {
  const locked = useView((state) => state.locked);
  const scale = useMaps((maps) => maps.large.shown?.scale ?? null);
  if (!scale) return null;
  const range = locked[scale.unit];
  return (
    <p className="control-note">
      {range
        ? `Kept at ${scaleValue(scale.min, scale.signed)} to ${scaleValue(scale.max, scale.signed)} (${UNITS[scale.unit]}).`
        : `Nothing is kept for maps in units of ${UNITS[scale.unit]}; this one stands by itself.`}
    </p>
  );
}

/** The colours of the kind of map that is shown: sequential, or about zero. */
function ColorChoice() {
  const { colorMap, divergingMap } = useSettings((settings) => settings.overlay);
  const updateOverlay = useSettings((settings) => settings.updateOverlay);
  const signed = useView((state) => state.view === 'attribution');
  const option = (name: ColorMapName) => ({
    text: COLOR_NAMES[name],
    mark: <span className="swatch" style={{ background: colorGradient(name) }} />,
  });
  return (
    <>
      <span className="control-name">Colours</span>
      {signed ? (
        <Select
          label="Colours of signed maps"
          value={divergingMap}
          options={DIVERGING_MAPS.map((name) => ({ value: name, ...option(name) }))}
          onChange={(name) => updateOverlay({ divergingMap: name })}
        />
      ) : (
        <Select
          label="Colour map"
          value={colorMap}
          options={SEQUENTIAL_MAPS.map((name) => ({ value: name, ...option(name) }))}
          onChange={(name) => updateOverlay({ colorMap: name })}
        />
      )}
    </>
  );
}
