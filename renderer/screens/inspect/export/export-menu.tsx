import { Braces, Check, CircleAlert, ClipboardCopy, FileImage, Grid3x3, Share } from 'lucide-react';
import { memo, useMemo } from 'react';
import type { AttentionMap, MapUnit } from '../../../../models/attention/attention-map.ts';
import { titleOf } from '../../../../models/drawing/figure-caption.ts';
import type { Settings } from '../../../shell/settings.ts';
import { useExporting } from '../../../stores/exporting.ts';
import { useMaps } from '../../../stores/maps.ts';
import { useSettings } from '../../../stores/settings.ts';
import { Button } from '../../../ui/button.tsx';
import { Popover } from '../../../ui/popover.tsx';
import { Segments } from '../../../ui/segments.tsx';
import { Switch } from '../../../ui/switch.tsx';
import { useApp } from '../../frame/app-context.ts';
import { chooseRecipe } from '../../frame/take-files.ts';
import { useShownAtlas } from '../atlas/shown-atlas.ts';
import { arrayOf } from './array-of.ts';
import { exportsOf } from './export-actions.ts';
import { exportedMap, exportedNow, factsOf } from './figure-of.ts';
import './export.css';

type Scale = Settings['figure']['scale'];
const SCALES: readonly Scale[] = [1, 2, 3, 4];

/** The chord that opens it. */
export const EXPORT_KEY = 'e';

/** Everything that can be taken away of the map: figure, numbers, recipe. It stands among numbers that follow the pointer. */
export const ExportMenu = memo(function ExportMenu() {
  const open = useExporting((state) => state.open);
  const show = useExporting((state) => state.show);
  return (
    <Popover
      label="Export"
      side="top"
      open={open}
      onOpenChange={show}
      trigger={
        <Button variant="ghost" icon={Share} className="export-button" title="Export: figure, numbers, recipe">
          <span>Export</span>
        </Button>
      }
    >
      <ExportBody />
    </Popover>
  );
});

function ExportBody() {
  const app = useApp();
  const exports = useMemo(() => exportsOf(app), [app]);
  const { busy, outcome } = useExporting();
  // What can be exported follows what is shown.
  useMaps((maps) => maps.large.shown);
  const atlas = useShownAtlas((state) => state.shown);
  const exported = exportedNow();
  const disabled = busy || exported === null;
  return (
    <div className="export">
      <header>
        <h2>{exported ? titleOf(exportedMap(exported), factsOf(exported)) : 'No map yet'}</h2>
        {!exported && <p className="quiet">Wait until the picture is analysed, then take its map away from here.</p>}
      </header>

      <section aria-label="Figure">
        <FigureChoices atlas={atlas !== null} />
        <div className="export-actions">
          <Button icon={FileImage} variant="primary" disabled={disabled} onClick={() => void exports.savePng()}>
            Save PNG
          </Button>
          <Button disabled={disabled} onClick={() => void exports.saveSvg()}>
            Save SVG
          </Button>
          <Button icon={ClipboardCopy} disabled={disabled} onClick={() => void exports.copyFigure()}>
            Copy
          </Button>
        </div>
      </section>

      <section aria-label="Numbers">
        <h3>Numbers</h3>
        <p className="quiet">
          {exported
            ? `The exact values, float32 [${arrayOf(exported).shape.join(', ')}]${unitText(exportedMap(exported))}; the class token’s own is not among them.`
            : 'The exact values as a NumPy array.'}
        </p>
        <div className="export-actions">
          <Button icon={Grid3x3} disabled={disabled} onClick={() => void exports.saveArray()}>
            Save array (.npy)
          </Button>
        </div>
      </section>

      <section aria-label="Recipe">
        <h3>Recipe</h3>
        <p className="quiet">Leads back here: picture and checkpoint by checksum, input, view, colours, scale.</p>
        <div className="export-actions">
          <Button icon={Braces} disabled={disabled} onClick={() => void exports.saveRecipe()}>
            Save recipe
          </Button>
          <Button disabled={disabled} onClick={() => void exports.copyRecipe()}>
            Copy
          </Button>
          <Button disabled={busy} onClick={() => chooseRecipe(app)}>
            Open…
          </Button>
        </div>
      </section>

      <p className="export-outcome selectable" role="status" data-tone={outcome?.tone}>
        {outcome && (outcome.tone === 'done' ? <Check size={14} aria-hidden /> : <CircleAlert size={14} aria-hidden />)}
        {outcome?.text ?? (busy ? 'Drawing…' : '')}
      </p>
    </div>
  );
}

const UNIT_TEXTS: Readonly<Record<MapUnit, string>> = {
  probability: 'probabilities',
  share: 'shares of 1',
  logit: 'parts of a logit',
  norm: 'lengths',
};

/** The array is in the map's own unit, which the screen may show multiplied. */
function unitText({ unit, uniform }: AttentionMap): string {
  const text = `, ${UNIT_TEXTS[unit]}`;
  return unit === 'share' && uniform !== null ? `${text} (times ${uniform} they are × uniform)` : text;
}

/** Remembered from one export to the next. */
function FigureChoices({ atlas }: { readonly atlas: boolean }) {
  const figure = useSettings((settings) => settings.figure);
  const update = useSettings((settings) => settings.update);
  const change = (to: Partial<Settings['figure']>) => update({ figure: { ...figure, ...to } });
  return (
    <div className="export-choices">
      <span>PNG size</span>
      <Segments
        label="PNG size"
        value={String(figure.scale)}
        options={SCALES.map((scale) => ({
          value: String(scale),
          text: `${scale}×`,
          tip: `About ${scale * 750} pixels wide`,
        }))}
        onChange={(value) => change({ scale: SCALES.find((scale) => String(scale) === value) ?? 2 })}
      />
      {/* An atlas has no room for the picture. */}
      {!atlas && (
        <>
          <label htmlFor="figure-picture">With the picture</label>
          <Switch id="figure-picture" checked={figure.picture} onChange={(picture) => change({ picture })} />
        </>
      )}
      <label htmlFor="figure-caption">With bar and caption</label>
      <Switch id="figure-caption" checked={figure.caption} onChange={(caption) => change({ caption })} />
    </div>
  );
}
