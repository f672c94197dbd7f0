import { memo } from 'react';
import type { AttentionMap, MapView } from '../../../models/attention/attention-map.ts';
import type { StageReport } from '../../engine/protocol.ts';
import { type MapPlaceState, NO_MAP, type ShownMap, useMaps } from '../../stores/maps.ts';
import { useView } from '../../stores/view.ts';
import { gridSize, gridSizeShort, percent, value } from '../../ui/format.ts';
import { Keys } from '../../ui/kbd.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Tip } from '../../ui/tooltip.tsx';
import { mapTitle, noteText, scaleValueShort } from './map-words.ts';
import { StageMapCanvas } from './stage-map-canvas.tsx';
import { useCardMap } from './use-card-map.ts';
import type { Scene } from './use-inspection.ts';

interface StageCardProps {
  /** Stage index, from 0. */
  readonly at: number;
  readonly stage: StageReport;
  readonly scene: Scene;
}

const SHORT_NAMES: Readonly<Record<MapView, string>> = {
  cls: 'CLS',
  received: 'received',
  row: 'query',
  column: 'query’s key',
  rollout: 'rollout',
  attribution: 'class',
  projection: 'tokens',
};

/** One stage: its map, its sizes, and its blocks to walk along. Clicking makes it the large map. */
export function StageCard({ at, stage, scene }: StageCardProps) {
  const large = useView(
    ({ view, rolloutOn, stage: chosen }) => chosen === at && !(view === 'rollout' && rolloutOn === 'pixels'),
  );
  const kept = useCardMap(at);
  const shown = kept?.runId === scene.analysis?.runId ? kept : null;
  const { setStage } = useView.getState();
  const { tokens, keys, cls } = stage.grids;
  const labels = scene.entry?.labels ?? [];
  const title = shown ? mapTitle(shown.map, stage.heads, labels) : 'no map yet';
  return (
    <article className="card" data-selected={large || undefined}>
      <button
        type="button"
        className="card-main"
        aria-pressed={large}
        aria-label={`Stage ${at + 1}: ${title}`}
        onClick={() => setStage(at)}
      >
        <StageMapCanvas at={at} scene={scene} shown={shown} />
        <span className="card-facts">
          <span className="card-title">
            Stage {at + 1} <Keys keys={String(at + 1)} />
          </span>
          <span className="card-grids" title={`${gridSize(tokens)} tokens, ${gridSize(keys)} keys`}>
            {gridSizeShort(tokens)}
            <span className="quiet"> → </span>
            {gridSizeShort(keys)}
          </span>
          <span className="quiet card-heads">
            {stage.heads} {stage.heads === 1 ? 'head' : 'heads'}
            {cls === 1 && ', CLS'}
          </span>
          {shown ? <MapFacts shown={shown} heads={stage.heads} /> : <NoMap at={at} count={scene.stages.length} />}
        </span>
      </button>
      <BlockScrubber at={at} depth={stage.depth} />
    </article>
  );
}

function MapFacts({ shown: { map, scale, components }, heads }: { readonly shown: ShownMap; readonly heads: number }) {
  const { min, max } = endsOf(map.cells);
  const byHead = heads > 1 && map.view !== 'rollout' && map.view !== 'projection';
  return (
    <span className="card-map-facts">
      <span className="card-kind">
        {SHORT_NAMES[map.view]}
        {byHead && <span className="quiet card-detail">, {headShort(map)}</span>}
      </span>
      {components ? (
        <span className="quiet">{percent(components.explained.reduce((sum, share) => sum + share, 0))} shown</span>
      ) : (
        <span>
          {map.signed ? (
            <>
              <span className="card-detail">{scaleValueShort(min)}…</span>
              {scaleValueShort(max)}
            </>
          ) : (
            <>
              <span className="quiet">max</span> {value(max * scale.factor)}
            </>
          )}
          {scale.unit === '× uniform' && <span className="quiet"> ×</span>}
        </span>
      )}
      {map.cls !== null && <ClsFact map={map} />}
    </span>
  );
}

/** Of one pass: the card follows the pointer, and needs no more of a summary. */
function endsOf(cells: Float32Array): { readonly min: number; readonly max: number } {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i]!;
    if (cell < min) min = cell;
    if (cell > max) max = cell;
  }
  return { min, max };
}

/** The class token's own part, in the words of the view. */
function ClsFact({ map }: { readonly map: AttentionMap }) {
  const name = map.view === 'rollout' || map.signed ? null : map.view === 'column' ? 'query' : 'key';
  return (
    <span className="card-cls">
      <span className="quiet">CLS{name && <span className="card-detail"> {name}</span>}</span>{' '}
      {map.signed ? scaleValueShort(map.cls ?? 0) : percent(map.cls ?? 0)}
    </span>
  );
}

function headShort({ head, view }: AttentionMap): string {
  if (head !== null) return `head ${head + 1}`;
  return view === 'attribution' ? 'all heads' : 'mean';
}

/** Why the card is empty, in a line. */
function NoMap({ at, count }: { readonly at: number; readonly count: number }) {
  const place = useMaps((maps) => maps.stages[at]) ?? NO_MAP;
  const text = noMapText(place, at, count);
  return text && <span className="card-map-facts card-none quiet">{text}</span>;
}

function noMapText({ note, work }: MapPlaceState, at: number, count: number): string | null {
  if (note === 'not-the-last-stage') return `reaches the logits through stage ${count}`;
  if (note) return noteText(note, at, count);
  switch (work?.state.kind) {
    case 'working':
      return 'computing…';
    case 'stopped':
      return 'stopped';
    case 'failed':
      return 'failed';
    default:
      return null;
  }
}

/** Kept apart from the card, which follows the pointer. */
const BlockScrubber = memo(function BlockScrubber({ at, depth }: { readonly at: number; readonly depth: number }) {
  const block = useView((state) => state.blocks[at] ?? 0);
  const selected = useView((state) => state.stage === at);
  const { setBlock, setStage } = useView.getState();
  const choose = (next: number) => {
    setStage(at);
    setBlock(at, next - 1);
  };
  return (
    <div className="scrubber">
      <Tip label="Block of this stage" keys={selected ? '[' : undefined} side="top">
        <span className="scrubber-text">
          <span className="quiet">block</span> {block + 1}
          <span className="quiet">/{depth}</span>
        </span>
      </Tip>
      {depth > 1 ? (
        <div className="scrubber-track">
          <span className="scrubber-ticks" aria-hidden>
            {Array.from({ length: depth }, (_, tick) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a tick is its place
              <i key={tick} />
            ))}
          </span>
          <Slider
            label={`Block of stage ${at + 1}`}
            value={block + 1}
            min={1}
            max={depth}
            step={1}
            valueText={`block ${block + 1} of ${depth}`}
            onChange={choose}
          />
        </div>
      ) : (
        <span className="scrubber-single" />
      )}
    </div>
  );
});
