import { COLOR_MAPS, type ColorMapName, colorGradient } from '../../pipeline/color-maps.ts';
import { mapKind } from '../../pipeline/stage-map.ts';
import { useSettings } from '../../stores/settings.ts';
import { type RangeMode, useView, VIEWS } from '../../stores/view.ts';
import { Segments } from '../../ui/segments.tsx';
import { Select } from '../../ui/select.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Switch } from '../../ui/switch.tsx';
import { Tip } from '../../ui/tooltip.tsx';
import type { Inspection } from './use-inspection.ts';
import { headName, VIEW_NAMES, VIEW_TIPS } from './words.ts';

/** More heads than this would not fit side by side. */
const HEADS_IN_A_ROW = 8;

const RANGES: readonly { readonly value: RangeMode; readonly text: string; readonly tip: string }[] = [
  { value: 'zero', text: '0–max', tip: 'Each map from 0 to its own maximum' },
  { value: 'tight', text: 'min–max', tip: 'Each map from its own minimum to its own maximum' },
  { value: 'shared', text: 'shared', tip: 'One range for all stages, in multiples of uniform' },
];

const COLOR_NAMES: Readonly<Record<ColorMapName, string>> = {
  inferno: 'Inferno',
  viridis: 'Viridis',
  magma: 'Magma',
  cividis: 'Cividis',
  greys: 'Grey',
};

/** Which map is shown, and how it is drawn. */
export function ViewControls({ inspection }: { readonly inspection: Inspection }) {
  const stage = useView((state) => state.stage);
  const block = useView((state) => state.blocks[state.stage] ?? 0);
  return (
    <section aria-label="Map">
      <header className="panel-head">
        <h2>Map</h2>
        {inspection.report && (
          <Tip label="Its name in the exported ONNX model; the official code counts from 0" side="left">
            <span className="quiet mono">
              stage{stage}.block{block}
            </span>
          </Tip>
        )}
      </header>
      <div className="controls">
        <MapChoice inspection={inspection} />
        <HeadChoice inspection={inspection} />
        <RangeChoice />
        <OverlayControls />
      </div>
    </section>
  );
}

function MapChoice({ inspection }: { readonly inspection: Inspection }) {
  const view = useView((state) => state.view);
  const stage = useView((state) => state.stage);
  const setView = useView((state) => state.setView);
  const report = inspection.report?.stages[stage];
  const standIn = report && view === 'cls' && mapKind(view, report) === 'received';
  return (
    <>
      <span className="control-name">Show</span>
      <Segments
        label="Map"
        value={view}
        options={VIEWS.map((value) => ({ value, text: VIEW_NAMES[value], tip: VIEW_TIPS[value] }))}
        onChange={setView}
      />
      {standIn && <p className="control-note">Stage {stage + 1} has no CLS token; attention received is shown.</p>}
    </>
  );
}

function HeadChoice({ inspection }: { readonly inspection: Inspection }) {
  const view = useView((state) => state.view);
  const stage = useView((state) => state.stage);
  const head = useView((state) => state.heads[state.stage] ?? null);
  const setHead = useView((state) => state.setHead);
  const report = inspection.report?.stages[stage];
  const heads = report?.heads ?? 1;
  const mean = report !== undefined && mapKind(view, report) === 'received';
  const options = ['mean', ...Array.from({ length: heads }, (_, index) => String(index))].map((value) => ({
    value,
    text: value === 'mean' ? 'mean' : String(Number(value) + 1),
    disabled: mean && value !== 'mean',
  }));
  const choose = (value: string) => setHead(value === 'mean' ? null : Number(value));
  const value = mean || head === null ? 'mean' : String(head);
  return (
    <>
      <span className="control-name">Head</span>
      {heads === 1 ? (
        <span className="quiet control-text">{report ? 'one head in this stage' : 'not known yet'}</span>
      ) : heads <= HEADS_IN_A_ROW ? (
        <Segments label="Head" value={value} options={options} onChange={choose} />
      ) : (
        <Select
          label="Head"
          value={value}
          options={(mean ? options.slice(0, 1) : options).map((option) => ({
            value: option.value,
            text: headName(option.value === 'mean' ? null : Number(option.value), heads),
          }))}
          onChange={choose}
        />
      )}
      {mean && heads > 1 && <p className="control-note">Received is the mean over heads and queries.</p>}
    </>
  );
}

function RangeChoice() {
  const range = useView((state) => state.range);
  const setRange = useView((state) => state.setRange);
  return (
    <>
      <span className="control-name">Range</span>
      <Segments label="Range" value={range} options={RANGES} onChange={setRange} />
    </>
  );
}

function OverlayControls() {
  const { colorMap, opacity, fadeLow, visible } = useSettings((settings) => settings.overlay);
  const updateOverlay = useSettings((settings) => settings.updateOverlay);
  return (
    <>
      <span className="control-name">Colours</span>
      <Select
        label="Colour map"
        value={colorMap}
        options={COLOR_MAPS.map((name) => ({
          value: name,
          text: COLOR_NAMES[name],
          mark: <span className="swatch" style={{ background: colorGradient(name) }} />,
        }))}
        onChange={(name) => updateOverlay({ colorMap: name })}
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
}
