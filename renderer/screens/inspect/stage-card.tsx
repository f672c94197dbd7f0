import type { StageReport } from '../../engine/protocol.ts';
import { useView } from '../../stores/view.ts';
import { gridSize, gridSizeShort, percent, value } from '../../ui/format.ts';
import { Keys } from '../../ui/kbd.tsx';
import { Slider } from '../../ui/slider.tsx';
import { Tip } from '../../ui/tooltip.tsx';
import { StageMapCanvas } from './stage-map-canvas.tsx';
import type { Inspection, ShownMap } from './use-inspection.ts';
import { headName, mapTitle } from './words.ts';

interface StageCardProps {
  /** Stage index, from 0. */
  readonly at: number;
  readonly stage: StageReport;
  readonly inspection: Inspection;
  readonly shown: ShownMap | null;
}

const KIND_NAMES = { cls: 'CLS', received: 'received', row: 'pixel' } as const;

/** One stage: its map, its sizes, and its blocks to walk along. Clicking makes it the large map. */
export function StageCard({ at, stage, inspection, shown }: StageCardProps) {
  const selected = useView((state) => state.stage === at);
  const { setStage } = useView.getState();
  const { tokens, keys, cls } = stage.grids;
  const title = shown ? mapTitle(shown.map, stage.heads) : 'no map yet';
  return (
    <article className="card" data-selected={selected || undefined}>
      <button
        type="button"
        className="card-main"
        aria-pressed={selected}
        aria-label={`Stage ${at + 1}: ${title}`}
        onClick={() => setStage(at)}
      >
        <StageMapCanvas at={at} inspection={inspection} shown={shown} />
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
          {shown && <MapFacts shown={shown} heads={stage.heads} />}
        </span>
      </button>
      <BlockScrubber at={at} depth={stage.depth} />
    </article>
  );
}

function MapFacts({ shown: { map, scale }, heads }: { readonly shown: ShownMap; readonly heads: number }) {
  const { clsShare } = map.summary;
  return (
    <span className="card-map-facts">
      <span className="card-kind">
        {KIND_NAMES[map.kind]}
        {heads > 1 && (
          <span className="quiet card-detail">, {map.head === null ? 'mean' : headName(map.head, heads)}</span>
        )}
      </span>
      <span>
        <span className="quiet">max</span> {value(map.summary.max * scale.factor)}
        {scale.unit === '× uniform' && <span className="quiet"> ×</span>}
      </span>
      {clsShare !== null && (
        <span className="card-cls">
          <span className="quiet">
            CLS<span className="card-detail"> key</span>
          </span>{' '}
          {percent(clsShare)}
        </span>
      )}
    </span>
  );
}

function BlockScrubber({ at, depth }: { readonly at: number; readonly depth: number }) {
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
}
