import { Pin, PinOff } from 'lucide-react';
import { createContext, memo, useContext, useRef, useSyncExternalStore } from 'react';
import type { MapView } from '../../../models/attention/attention-map.ts';
import type { Point, Rect } from '../../../models/attention/geometry.ts';
import { precisionWords } from '../../../models/precision/precision.ts';
import { cellUnder, extentInPicture, tilesOfMap } from '../../pipeline/tiles.ts';
import { type ShownMap, useMaps } from '../../stores/maps.ts';
import { useView } from '../../stores/view.ts';
import { IconButton } from '../../ui/button.tsx';
import { percent, value } from '../../ui/format.ts';
import { Tip } from '../../ui/tooltip.tsx';
import { ColorBar } from './color-bar.tsx';
import { ExportMenu } from './export/export-menu.tsx';
import { headText, mapPlaceText, scaleValue } from './map-words.ts';
import { asksQuery } from './query-place.ts';
import type { Scene } from './use-inspection.ts';
import './readout.css';

interface ReadoutProps {
  readonly scene: Scene;
  readonly hasImage: boolean;
}

/** Under the picture: the value and place of the cell under the pointer, and what the colours mean. */
export const Readout = memo(function Readout({ scene, hasImage }: ReadoutProps) {
  const hover = useReadPoint();
  const kept = useMaps((maps) => maps.large.shown);
  const shown = kept && kept.runId === scene.analysis?.runId ? kept : null;
  const tiles = shown && scene.tiles ? tilesOfMap(scene.tiles, shown.map) : null;
  const cell = tiles && hover ? cellUnder(tiles, hover) : null;
  const weight = shown && cell !== null ? (shown.map.cells[cell] ?? null) : null;

  return (
    <div className="readout-place">
      <div className="readout">
        {shown && tiles && cell !== null && weight !== null ? (
          <CellFacts shown={shown} weight={weight} cell={cell} extent={extentInPicture(tiles, cell)} />
        ) : (
          <Hint scene={scene} shown={shown} outside={hover !== null && tiles !== null} />
        )}
        <span className="readout-end">
          <RanIn scene={scene} />
          <PinState />
          {shown && <ClsValue shown={shown} />}
          {shown &&
            (shown.components ? <Components shown={shown} /> : <ColorBar scale={shown.scale} marked={weight} />)}
          {hasImage && <ExportMenu />}
        </span>
      </div>
    </div>
  );
});

/** Where a network ran in another precision than its own, its numbers say so. */
function RanIn({ scene }: { readonly scene: Scene }) {
  const ran = scene.analysis?.precision.ran ?? 'fp32';
  if (ran === 'fp32') return null;
  return <span className="quiet">{precisionWords(ran)}</span>;
}

/**
 * Where the pointer is. While the map follows it, a step of the pointer and the map of that step are read out together: the number
 * of the new place in the old map would stand for a few milliseconds and mean nothing. (Asked of the stores at once, so that the
 * step which waits renders nothing.)
 */
function useReadPoint(): Point | null {
  const read = useRef<Point | null>(null);
  return useSyncExternalStore(subscribeToPointer, () => {
    const state = useView.getState();
    const { hover } = state;
    const following = asksQuery(state) && state.activePin === null;
    const waits = following && useMaps.getState().large.work?.state.kind === 'working';
    if (hover === null || read.current === null || !waits) read.current = hover;
    return read.current;
  });
}

function subscribeToPointer(changed: () => void): () => void {
  const ends = [useView.subscribe(changed), useMaps.subscribe(changed)];
  return () => {
    for (const end of ends) end();
  };
}

interface CellFactsProps {
  readonly shown: ShownMap;
  readonly weight: number;
  readonly cell: number;
  readonly extent: Rect;
}

function CellFacts({ shown: { map, scale }, weight, cell, extent }: CellFactsProps) {
  const { cols } = map.grid;
  const place = `(${cell % cols}, ${Math.floor(cell / cols)})`;
  const inUniform = map.uniform !== null && scale.unit !== '× uniform';
  return (
    <span className="readout-cell">
      <strong>
        {scaleValue(weight * scale.factor, scale.signed)}
        {scale.unit === '× uniform' && '\u202f×'}
      </strong>
      {inUniform && (
        <span className="readout-uniform">
          {value(weight * map.uniform!)}
          {'\u202f'}× uniform
        </span>
      )}
      <span>
        {map.on === 'pixels' ? 'input pixel' : 'cell'} {place}
      </span>
      <CellExtent value={extent}>
        <ExtentFact onPixels={map.on === 'pixels'} />
      </CellExtent>
    </span>
  );
}

// What stands inside of a tip comes past it: a tip costs more to render than all numbers together.
const CellExtent = createContext<Rect | null>(null);

const ExtentFact = memo(function ExtentFact({ onPixels }: { readonly onPixels: boolean }) {
  const label = onPixels
    ? 'The part of the picture that this pixel of the network’s input stands for'
    : 'The picture’s pixels that reach this cell through the convolutions; neighbouring cells overlap';
  return (
    <Tip label={label} side="top">
      <span>
        <ExtentText />
      </span>
    </Tip>
  );
});

function ExtentText() {
  const extent = useContext(CellExtent);
  return extent && `pixels ${pixels(extent.left, extent.right)} × ${pixels(extent.top, extent.bottom)}`;
}

/** Whole pixels that a continuous span touches, both ends included: `192–223`. */
function pixels(start: number, end: number): string {
  const first = Math.floor(start);
  const last = Math.max(first, Math.ceil(end) - 1);
  return first === last ? String(first) : `${first}–${last}`;
}

/** The class token's own number, which has no place in the picture. */
function ClsValue({ shown: { map, scale } }: { readonly shown: ShownMap }) {
  if (map.cls === null) return null;
  return (
    <ClsText value={map.signed ? scaleValue(map.cls * scale.factor, true) : percent(map.cls)}>
      <ClsFact view={map.view} />
    </ClsText>
  );
}

const ClsText = createContext('');

const ClsFact = memo(function ClsFact({ view }: { readonly view: MapView }) {
  const [name, tip] = CLS_NAMES[view] ?? CLS_KEY;
  return (
    <Tip label={tip} side="top">
      <span className="readout-cls">
        <span className="quiet">{name}</span> <ClsNumber />
      </span>
    </Tip>
  );
});

function ClsNumber() {
  return useContext(ClsText);
}

const CLS_KEY = [
  'CLS key',
  'The share of this map that goes to the class token itself, which has no place in the picture',
] as const;

const CLS_NAMES: Readonly<Record<string, readonly [name: string, tip: string]>> = {
  column: ['CLS query', 'The attention that the class token pays to this key'],
  rollout: ['CLS kept', 'The mass that stayed with class tokens, which have no place in the picture'],
  attribution: ['CLS key', 'What the class token as a key adds; it has no place in the picture'],
};

function Components({ shown }: { readonly shown: ShownMap }) {
  const explained = shown.components?.explained ?? [];
  return (
    <Tip label="The share of the tokens’ variance that each of the three colours holds" side="top">
      <span className="readout-components">
        {explained.map((share, at) => (
          <span key={CHANNELS[at]}>
            <i data-channel={CHANNELS[at]} />
            {percent(share)}
          </span>
        ))}
        <span className="quiet">of variance</span>
      </span>
    </Tip>
  );
}

const CHANNELS = ['red', 'green', 'blue'] as const;

interface HintProps {
  readonly scene: Scene;
  readonly shown: ShownMap | null;
  readonly outside: boolean;
}

function Hint({ scene, shown, outside }: HintProps) {
  const asking = useView(asksQuery);
  const active = useView((state) => state.activePin !== null);
  if (!scene.analysis) return null;
  if (outside) return <span className="quiet">Outside the crop: the network does not see this.</span>;
  if (asking && !active)
    return <span className="quiet">Move over the picture to choose the query; click to pin it.</span>;
  if (!shown) return null;
  const heads = scene.stages[shown.map.stage]?.heads ?? 1;
  const head = headText(shown.map, heads);
  return (
    <span className="quiet">
      {mapPlaceText(shown.map)}
      {head && `, ${head}`}
    </span>
  );
}

const PinState = memo(function PinState() {
  const asking = useView(asksQuery);
  const active = useView((state) => state.activePin !== null);
  if (!asking || !active) return null;
  return (
    <span className="readout-pin">
      <Pin size={13} aria-hidden />
      <span className="readout-pin-text">pinned</span>
      <IconButton
        icon={PinOff}
        label="Follow the pointer again"
        keys="Escape"
        onClick={() => useView.getState().activatePin(null)}
      />
    </span>
  );
});
